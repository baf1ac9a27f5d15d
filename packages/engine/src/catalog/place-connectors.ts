import type { ConnectorRecord, Store } from '../store/index.ts';
import type { Vault } from '../vault/index.ts';
import { OPEN_ACCESS } from './connector-access.ts';
import type { ConnectorSettings } from './connector-settings.ts';
import { connectorDescriptor, settingsDescriptor } from './descriptors.ts';

/** A connector that comes as a whole from elsewhere: from a file, or from another space. */
export interface PlacedConnector
  extends Omit<ConnectorRecord, 'secrets' | 'version' | 'createdAt' | 'updatedAt'> {
  /** As they are to be stored: references to secrets that are kept elsewhere stay references. */
  secrets: unknown;
  /** Left out: the settings of a connector in its place stay. null: it has none. */
  settings?: ConnectorSettings | null | undefined;
  /** The profile of whose it is, where it is new; undefined: nobody's. */
  owner: string | undefined;
  /** The version of the connector whose place it takes; undefined: nothing must be there. */
  replaces: number | undefined;
}

export interface PlacingOptions {
  store: Pick<Store, 'transaction'>;
  vault: Vault;
  now(): Date;
}

/** A place is not as it was said to be. */
class PlaceTaken extends Error {}

export async function placeConnectors(
  connectors: readonly PlacedConnector[],
  { store, vault, now }: PlacingOptions,
): Promise<boolean> {
  const timestamp = now().toISOString();
  // Outside of the transaction, which others may have to wait for.
  const sealed = connectors.map((connector) => sealedForm(connector, vault, timestamp));
  try {
    await store.transaction(async (tx) => {
      for (const { record, isNew, settings, owner } of sealed) {
        const isPlaced = isNew ? await tx.connectors.create(record) : await tx.connectors.update(record);
        if (!isPlaced) throw new PlaceTaken();
        const { id, spaceId, references = [] } = record;
        if (!isNew || references.length > 0)
          await tx.references.replace(spaceId, { type: 'action', id }, references);
        if (isNew && owner !== undefined)
          await tx.connectorAccess.change(spaceId, id, () => ({ ...OPEN_ACCESS, owner }));
        if (settings === null && !isNew) await tx.connectorSettings.delete(id);
        if (settings) await tx.connectorSettings.put(spaceId, settings);
      }
    });
    return true;
  } catch (error) {
    if (error instanceof PlaceTaken) return false;
    throw error;
  }
}

function sealedForm(
  { settings: given, replaces, secrets, owner, ...facts }: PlacedConnector,
  vault: Vault,
  timestamp: string,
) {
  const record: ConnectorRecord = {
    ...facts,
    secrets: vault.seal(connectorDescriptor(facts), secrets),
    version: replaces ?? 1,
    createdAt: timestamp,
    updatedAt: timestamp,
  };
  const settings = given && sealedSettings(given, facts, vault);
  return { record, isNew: replaces === undefined, settings, owner };
}

function sealedSettings(
  { secrets, ...settings }: ConnectorSettings,
  { id, spaceId }: Pick<ConnectorRecord, 'id' | 'spaceId'>,
  vault: Vault,
) {
  return {
    connectorId: id,
    settings,
    secrets: vault.seal(settingsDescriptor(spaceId, id, settings), secrets),
  };
}
