import type { DeliveryRecord, Inserted, NewDeliveryRecord, Settlement } from '../store/index.ts';
import type { HeldBack } from './breaker.ts';
import type { LaneChange } from './lane-health.ts';

/** Is told of what becomes of deliveries, once it is written down, to count it. Must not throw. */
export interface DeliveryObserver {
  enqueued(delivery: NewDeliveryRecord, outcome: Inserted['outcome']): void;
  settled(settlement: Settlement): void;
  /** By hand. */
  changed(delivery: DeliveryRecord, change: 'cancel' | 'replay' | 'discard'): void;
  heldBack(connectorId: string, reason: HeldBack['reason']): void;
  laneChanged(change: LaneChange): void;
}
