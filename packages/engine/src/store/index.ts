export { parseStoreUrl, type StoreAddress } from './address.ts';
export type * from './case-port.ts';
export * from './delivery-port.ts';
export type * from './event-port.ts';
export { openStore } from './open.ts';
export type { OpenStoreOptions } from './open-options.ts';
export type * from './ports.ts';
export type * from './sealed-port.ts';
export { openSqliteStore } from './sqlite/index.ts';
