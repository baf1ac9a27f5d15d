export {
  type BulkAnswer,
  type Change,
  createDelivery,
  type Delivery,
  type Enqueued,
  type FoundDeliveries,
  type NewDelivery,
} from './delivery.ts';
export { createDeliveryWorker } from './delivery-worker.ts';
export { paramsDescriptor } from './descriptor.ts';
export { type Hold, type LaneHealth, readHolds } from './holds.ts';
export type { DeliveryObserver } from './observer.ts';
export { receiverOf } from './receiver.ts';
export { createRetention } from './retention.ts';
export { sharedClock } from './shared-clock.ts';
export { sourceOf } from './source.ts';
export type { Worker } from './worker.ts';
