import type { ConnectorType } from '@patchbay/kit';
import type { Settings } from '../config/index.ts';
import { StartupError } from '../errors/index.ts';
import type { Connector } from './connector.ts';

/** A connector that is not stored, with its secrets as the configuration gives them. */
export interface InMemoryConnector {
  connector: Connector;
  secrets: Record<string, unknown>;
}

/** Preconfigured connectors and one for each system type. They exist in every space. */
export function inMemoryConnectors(
  preconfigured: Settings['xpack.actions.preconfigured'],
  types: readonly ConnectorType[],
): Map<string, InMemoryConnector> {
  const systemTypes = types.filter((type) => type.isSystemActionType === true);
  const connectors = new Map<string, InMemoryConnector>();
  for (const [id, { name, actionTypeId, config, secrets, exposeConfig }] of Object.entries(preconfigured)) {
    if (systemTypes.some((type) => type.id === actionTypeId)) {
      throw new StartupError('Setting system action types in preconfigured connectors are not allowed');
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

function inMemory(
  facts: Pick<Connector, 'id' | 'name' | 'typeId' | 'config' | 'exposesConfig'>,
  origin: Connector['origin'],
): Connector {
  return { ...facts, origin, isMissingSecrets: false, version: 0 };
}
