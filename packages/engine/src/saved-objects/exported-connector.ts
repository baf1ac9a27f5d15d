import type { ConnectorType } from '@patchbay/kit';
import type { ConnectorRecord } from '../store/index.ts';
import { isMissingSecrets } from './missing-secrets.ts';
import { CONNECTOR } from './saved-object.ts';

/** The versions of the reference whose form the attributes and the object have: from there on all can import it. */
const VERSIONS = { coreMigrationVersion: '8.8.0', typeMigrationVersion: '8.3.0' };

/** A connector as the reference writes it into a file, without its secrets. */
export function exportedConnector(
  record: Omit<ConnectorRecord, 'secrets'>,
  type: ConnectorType,
): Record<string, unknown> {
  const { id, typeId, name, config, authMode, originId, references = [] } = record;
  return {
    type: CONNECTOR,
    id,
    attributes: {
      actionTypeId: typeId,
      name,
      config,
      secrets: {},
      isMissingSecrets: isMissingSecrets(type, config),
      authMode,
    },
    references,
    originId,
    managed: false,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    version: Buffer.from(JSON.stringify([record.version, 1])).toString('base64'),
    ...VERSIONS,
  };
}
