import type { Descriptor } from '../vault/index.ts';

/** What the params of a delivery are sealed with: they open for this delivery alone, and for its connector. */
export function paramsDescriptor({
  id,
  spaceId,
  connectorId,
}: {
  id: string;
  spaceId: string;
  connectorId: string;
}): Descriptor {
  return { type: 'delivery', id, spaceId, attributes: { connectorId } };
}
