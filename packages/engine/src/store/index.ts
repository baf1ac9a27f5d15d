export { parseStoreUrl, type StoreAddress } from './address.ts';
export type * from './case-port.ts';
export { openStore } from './open.ts';
export type { OpenStoreOptions } from './open-options.ts';
export type * from './ports.ts';
export { openSqliteStore } from './sqlite/index.ts';
