import {
  ALERT_HISTORY_CONNECTOR_ID,
  ALERT_HISTORY_PREFIX,
  type ConnectorType,
  type Logger,
} from '@patchbay/kit';
import type { Settings } from '../config/index.ts';
import { StartupError } from '../errors/index.ts';
import type { Connector } from './connector.ts';

/** A connector that is not stored, with its secrets as the configuration gives them. */
export interface InMemoryConnector {
  connector: Connector;
  secrets: Record<string, unknown>;
}

/** Preconfigured connectors and one for each system type. They exist in every space. */
export function inMemoryConnectors({
  preconfigured,
  hasAlertHistory,
  types,
  log,
}: {
  preconfigured: Settings['xpack.actions.preconfigured'];
  hasAlertHistory: boolean;
  types: readonly ConnectorType[];
  log: Pick<Logger, 'warn'>;
}): Map<string, InMemoryConnector> {
  const systemTypes = types.filter((type) => type.isSystemActionType === true);
  const connectors = new Map<string, InMemoryConnector>();
  if (hasAlertHistory) connectors.set(ALERT_HISTORY_CONNECTOR_ID, alertHistory());
  for (const [id, { name, actionTypeId, config, secrets, exposeConfig }] of Object.entries(preconfigured)) {
    if (id === ALERT_HISTORY_CONNECTOR_ID) {
      log.warn(`Preconfigured connectors cannot have the id "${id}" because this is a reserved id.`);
      continue;
    }
    if (systemTypes.some((type) => type.id === actionTypeId)) {
      throw new StartupError('Setting system action types in preconfigured connectors are not allowed');
    }
    if (!types.some((type) => type.id === actionTypeId)) {
      log.warn(
        `xpack.actions.preconfigured.${id}.actionTypeId: there is no connector type "${actionTypeId}" here; the connector cannot be run`,
      );
    }
    connectors.set(id, {
      connector: inMemory(
        { id, name, typeId: actionTypeId, config, exposesConfig: exposeConfig },
        'preconfigured',
      ),
      secrets,
    });
  }
  for (const { id: typeId, name } of systemTypes) {
    const id = `system-connector-${typeId}`;
    connectors.set(id, {
      connector: inMemory({ id, name, typeId, config: {}, exposesConfig: false }, 'system'),
      secrets: {},
    });
  }
  return connectors;
}

function alertHistory(): InMemoryConnector {
  const facts = {
    id: ALERT_HISTORY_CONNECTOR_ID,
    name: 'Alert history Elasticsearch index',
    typeId: '.index',
    config: { index: `${ALERT_HISTORY_PREFIX}default` },
    exposesConfig: false,
  };
  return { connector: inMemory(facts, 'preconfigured'), secrets: {} };
}

function inMemory(
  facts: Pick<Connector, 'id' | 'name' | 'typeId' | 'config' | 'exposesConfig'>,
  origin: Connector['origin'],
): Connector {
  return { ...facts, origin, isMissingSecrets: false, authMode: 'shared', version: 0, access: undefined };
}
