import type { ActionResult, OtherConnectors } from '@patchbay/kit';
import { mayWithConnector, type Principal } from '../access/index.ts';
import type { Catalog } from '../catalog/index.ts';
import { NotFoundError } from '../errors/index.ts';
import type { RunSource } from '../events/index.ts';

interface Reach {
  catalog: Pick<Catalog, 'resolve' | 'types'>;
  spaceId: string;
  source: RunSource;
  /** Left out: nobody, who may use what is restricted to nobody. */
  caller: Principal | undefined;
  run(request: {
    spaceId: string;
    connectorId: string;
    params: unknown;
    source: RunSource;
    caller: Principal | undefined;
    signal: undefined;
  }): Promise<ActionResult>;
}

/**
 * What a system type's run may use, if whom it is for may use it. Not system connectors, which would run themselves, and not types with a privilege of
 * their own, which nobody has checked here.
 */
export function otherConnectors({ catalog, spaceId, source, caller, run }: Reach): OtherConnectors {
  async function find(id: string) {
    const connector = (await catalog.resolve(spaceId, id))?.connector;
    if (connector === undefined || connector.origin === 'system') return undefined;
    if (catalog.types.find(connector.typeId)?.subFeature !== undefined) return undefined;
    if (!mayWithConnector(caller, connector, 'execute')) return undefined;
    return { id: connector.id, name: connector.name, typeId: connector.typeId };
  }
  return {
    find,
    async run(connectorId, params) {
      if ((await find(connectorId)) === undefined)
        throw new NotFoundError(`Saved object [action/${connectorId}] not found`);
      // A stop aborts it as it aborts every run; the one that asked for it may be long over.
      return run({ spaceId, connectorId, params, source, caller, signal: undefined });
    },
  };
}

/** For types that act through none. */
export const NO_CONNECTORS: OtherConnectors = {
  find: async () => undefined,
  run: async () => {
    throw new Error('only system types and runs that are no dry runs use other connectors');
  },
};
