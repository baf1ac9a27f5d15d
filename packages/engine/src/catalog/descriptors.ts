import type { ConnectorRecord } from '../store/index.ts';
import type { Descriptor } from '../vault/index.ts';

/** What a connector's sealed secrets are bound to. The name is not part of it: a connector may be renamed. */
export function connectorDescriptor(
  record: Pick<ConnectorRecord, 'id' | 'spaceId' | 'typeId' | 'config' | 'isMissingSecrets'>,
): Descriptor {
  const { id, spaceId, typeId, config, isMissingSecrets } = record;
  return { type: 'action', id, spaceId, attributes: { actionTypeId: typeId, config, isMissingSecrets } };
}

/** What the sealed part of a connector's settings is bound to. */
export function settingsDescriptor(
  spaceId: string,
  id: string,
  settings: Record<string, unknown>,
): Descriptor {
  return { type: 'connector-settings', id, spaceId, attributes: { settings } };
}
