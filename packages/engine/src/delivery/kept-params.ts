import type { DeliveryRecord, Store } from '../store/index.ts';
import type { Vault } from '../vault/index.ts';
import { paramsDescriptor } from './descriptor.ts';

/** Reads the params of a delivery as they were accepted; undefined when they are no longer kept. */
export function keptParams(
  store: { deliveries: Pick<Store['deliveries'], 'params'> },
  vault: Pick<Vault, 'open'>,
): (delivery: DeliveryRecord) => Promise<unknown> {
  return async (delivery) => {
    const sealed = await store.deliveries.params(delivery.id);
    return sealed === undefined ? undefined : vault.open(paramsDescriptor(delivery), sealed);
  };
}
