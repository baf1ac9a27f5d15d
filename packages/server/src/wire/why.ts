import type { Why } from '@patchbay/engine/health';
import type { DeliveryRecord } from '@patchbay/engine/store';
import { listedDeliveryAnswer } from './delivery.ts';

export function whyAnswer({ answers, chain }: Why, connectorId: string, delivery?: DeliveryRecord) {
  const [answer, ...also] = answers;
  return {
    connector_id: connectorId,
    ...(delivery !== undefined && { delivery: listedDeliveryAnswer(delivery) }),
    ...answer,
    also,
    chain: chain.map(({ deliveryId, executionUuid, ...link }) => ({
      ...link,
      ...(deliveryId !== undefined && { delivery_id: deliveryId }),
      ...(executionUuid !== undefined && { execution_uuid: executionUuid }),
    })),
  };
}
