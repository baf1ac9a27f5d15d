import { randomUUID } from 'node:crypto';
import type { CaseConfiguration, CaseIncident, CaseOwner } from '@patchbay/kit';
import { ensureMayWithConnector } from '../access/index.ts';
import type { Catalog } from '../catalog/index.ts';
import type { ReferenceStore, StoredCaseConfiguration } from '../store/index.ts';
import { ensureMay, ownersFor } from './authorization.ts';
import { CasesError, doing } from './cases-error.ts';
import { checkConfiguration } from './configuration-checks.ts';
import { type Desk, doingOf } from './desk.ts';
import { versionOf } from './version.ts';

/** A configuration with its version as clients see it, and how cases become incidents of its connector. */
export type Configuration = Omit<StoredCaseConfiguration, 'version' | 'spaceId'> & {
  version: string;
  incident: CaseIncident | undefined;
};

export type NewConfiguration = Pick<CaseConfiguration, 'owner' | 'connector' | 'closureType'> &
  Partial<CaseConfiguration>;

export interface ConfigurationCalls {
  configurations(owners?: readonly CaseOwner[]): Promise<Configuration[]>;
  /** In the place of the one that the owner has. */
  configure(given: NewConfiguration): Promise<Configuration>;
  changeConfiguration(
    id: string,
    version: string,
    change: Partial<Omit<CaseConfiguration, 'owner'>>,
  ): Promise<Configuration>;
}

interface Beside {
  catalog: Pick<Catalog, 'resolve' | 'types'>;
  references: ReferenceStore;
}

const SAVED_OBJECT = 'cases-configure';

export function configurationCalls(desk: Desk, { catalog, references }: Beside): ConfigurationCalls {
  const { store, spaceId, caller } = desk;

  const shown = ({ version, spaceId, ...stored }: StoredCaseConfiguration): Configuration => ({
    ...stored,
    version: versionOf(version),
    incident: catalog.types.find(stored.connector.type)?.caseIncident,
  });

  /** Whoever names a connector for all cases may run it themselves. */
  async function ensureUsable(connectorId: string): Promise<void> {
    const connector = (await catalog.resolve(spaceId, connectorId))?.connector;
    if (connector !== undefined) ensureMayWithConnector(caller, connector, 'execute');
  }

  /** A stored connector knows how many objects need it. */
  async function refer(id: string, connectorId: string | undefined): Promise<void> {
    const connector =
      connectorId === undefined ? undefined : (await catalog.resolve(spaceId, connectorId))?.connector;
    const targets = connector?.origin === 'stored' ? [{ type: 'action', id: connector.id }] : [];
    await references.replace(spaceId, { type: SAVED_OBJECT, id }, targets);
  }

  return {
    configurations: async (owners) =>
      (await store.configurations(spaceId, ownersFor(desk, 'findConfigurations', owners))).map(shown),

    configure: (given) =>
      doing('Failed to create case configuration', async () => {
        checkConfiguration(given);
        ensureMay(desk, 'createConfiguration', [given.owner]);
        await ensureUsable(given.connector.id);
        const [former] = await store.configurations(spaceId, [given.owner]);
        const { at, user } = doingOf(desk);
        const configuration: StoredCaseConfiguration = {
          customFields: [],
          templates: [],
          observableTypes: [],
          ...given,
          id: randomUUID(),
          spaceId,
          version: 1,
          createdAt: at,
          createdBy: user,
          updatedAt: null,
          updatedBy: null,
        };
        await store.putConfiguration(configuration);
        if (former !== undefined) await refer(former.id, undefined);
        await refer(configuration.id, configuration.connector.id);
        return shown(configuration);
      }),

    changeConfiguration: (id, version, change) =>
      doing('Failed to patch case configuration', async () => {
        checkConfiguration(change);
        const stored = await store.getConfiguration(spaceId, id);
        if (stored === undefined) throw new CasesError(404, `Saved object [${SAVED_OBJECT}/${id}] not found`);
        ensureMay(desk, 'updateConfiguration', [stored.owner]);
        if (change.connector !== undefined && change.connector.id !== stored.connector.id)
          await ensureUsable(change.connector.id);
        const stale = () =>
          new CasesError(
            409,
            'This configuration has been updated. Please refresh before saving additional updates.',
          );
        if (versionOf(stored.version) !== version) throw stale();
        const { at, user } = doingOf(desk);
        const changed = { ...stored, ...change, updatedAt: at, updatedBy: user };
        if (!(await store.updateConfiguration(changed))) throw stale();
        await refer(id, changed.connector.id);
        return shown({ ...changed, version: stored.version + 1 });
      }),
  };
}
