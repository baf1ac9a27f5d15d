export type { HotDeliveries, OrderQueue } from './deliveries.ts';
export { type DeliveryRow, deliveryRecord } from './delivery-row.ts';
export type { Database, SqlDialect } from './dialect.ts';
export { type SqlDriver, sqlStore } from './store.ts';
export type { Tables } from './tables.ts';
export { inTransaction } from './transaction.ts';
