import { v7 } from 'uuid';

/** Ids that grow with time, so that an index of them is written at its end. RFC 9562, version 7. */
export function newDeliveryId(): string {
  return v7();
}
