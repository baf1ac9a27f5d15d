import type { ConnectorTokenRecord } from '../store/index.ts';
import type { Descriptor } from '../vault/index.ts';

/** What a sealed token is bound to: the connector as it was when the token was given, its user, and its end. */
export function tokenDescriptor(
  record: Pick<ConnectorTokenRecord, 'connectorId' | 'profileUid' | 'expiresAt' | 'refreshTokenExpiresAt'> & {
    spaceId: string;
    connectorVersion: number;
  },
): Descriptor {
  const { connectorId, spaceId, connectorVersion: version } = record;
  const { profileUid, expiresAt, refreshTokenExpiresAt } = record;
  return {
    type: profileUid === null ? 'connector_token' : 'user_connector_token',
    id: connectorId,
    spaceId,
    attributes: { version, profileUid, expiresAt, refreshTokenExpiresAt },
  };
}
