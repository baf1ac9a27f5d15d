import type { AuthMode } from '@patchbay/kit';
import type { ConnectorAccess, ConnectorRecord } from '../store/index.ts';

/** A connector as everything inside handles it, wherever it comes from. Its secrets stay sealed, or out of it. */
export interface Connector {
  id: string;
  typeId: string;
  name: string;
  config: Record<string, unknown>;
  origin: 'stored' | 'preconfigured' | 'system';
  isMissingSecrets: boolean;
  authMode: AuthMode;
  /** Whether the API shows the config of a connector that is not stored. */
  exposesConfig: boolean;
  /** Changes with every update; 0 for connectors that are not stored. */
  version: number;
  /** Who may do what with it; undefined: whoever the space lets. It is for those to ask who act for somebody. */
  access: ConnectorAccess | undefined;
}

export interface ListedConnector extends Connector {
  referencedByCount: number;
}

export function fromRecord(record: ConnectorRecord, access: ConnectorAccess | undefined): Connector {
  return {
    id: record.id,
    typeId: record.typeId,
    name: record.name,
    config: record.config,
    origin: 'stored',
    isMissingSecrets: record.isMissingSecrets,
    authMode: record.authMode,
    exposesConfig: true,
    version: record.version,
    access,
  };
}
