export type { ConnectionSettings } from './connection.ts';
export { createEgress, type Egress } from './egress.ts';
export type { FailureKind } from './failure-kind.ts';
export type { EgressObserver } from './observer.ts';
