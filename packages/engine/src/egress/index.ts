export type { ConnectionSettings } from './connection.ts';
export { createEgress, type Egress } from './egress.ts';
