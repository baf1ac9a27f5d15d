import type { Logger } from '@patchbay/kit';
import { messageOf } from '@patchbay/kit';
import type { Resealed, SealedRecords, Store } from '../store/index.ts';
import { tokenDescriptor } from '../tokens/index.ts';
import type { Descriptor, Vault } from '../vault/index.ts';
import { connectorDescriptor, settingsDescriptor } from './descriptors.ts';

/** What came of a rotation: of how many records, how many are now under the primary key, how many do not open. */
export interface Rotation {
  total: number;
  successful: number;
  failed: number;
}

export interface RotationOptions {
  store: Pick<Store, 'connectors' | 'connectorSettings' | 'connectorTokens'>;
  vault: Vault;
  log: Pick<Logger, 'error'>;
  /** How many records one transaction takes. */
  batchSize: number;
  /** Only connectors, or only their settings. */
  type?: SealedType | undefined;
  onProgress?: (progress: Rotation) => void;
}

export const sealedTypes = ['action', 'connector-settings'] as const;
export type SealedType = (typeof sealedTypes)[number];

/**
 * Seals everything anew that is not sealed under the primary key. May be stopped at any instant, and called again: what
 * is left is what is not yet under it. A record that changes meanwhile was sealed under it by whoever changed it.
 */
export async function rotateKeys(options: RotationOptions): Promise<Rotation> {
  const { store, vault, type } = options;
  const counts = await Promise.all([
    type === 'connector-settings' ? 0 : otherwise(store.connectors, vault),
    type === 'action' ? 0 : otherwise(store.connectorSettings, vault),
  ]);
  const progress: Rotation = { total: counts[0] + counts[1], successful: 0, failed: 0 };
  if (type !== 'connector-settings') {
    await rotateTable(options, store.connectors, progress, (record) => ({
      id: record.id,
      descriptor: connectorDescriptor(record),
    }));
  }
  if (type !== 'action') {
    await rotateTable(options, store.connectorSettings, progress, ({ connectorId, spaceId, settings }) => ({
      id: connectorId,
      descriptor: settingsDescriptor(spaceId, connectorId, settings),
    }));
  }
  await rotateTokens(options);
  return progress;
}

/** Not counted, since they come and go. One that does not open is of no use, and is forgotten. */
async function rotateTokens({ onProgress, ...options }: RotationOptions): Promise<void> {
  const { connectorTokens } = options.store;
  await rotateTable(options, connectorTokens, { total: 0, successful: 0, failed: 0 }, (record) => ({
    id: record.id,
    descriptor: tokenDescriptor(record),
  }));
  await connectorTokens.deleteSealedOtherwise(options.vault.prefix);
}

/** How many records there are, and how many are not under the primary key. */
export async function countSealed(
  store: Pick<Store, 'connectors' | 'connectorSettings'>,
  vault: Vault,
): Promise<{ total: number; otherwise: number }> {
  const [connectors, settings] = await Promise.all([
    store.connectors.countSealed(vault.prefix),
    store.connectorSettings.countSealed(vault.prefix),
  ]);
  return {
    total: connectors.total + settings.total,
    otherwise: connectors.otherwise + settings.otherwise,
  };
}

async function otherwise(records: SealedRecords<unknown>, vault: Vault): Promise<number> {
  return (await records.countSealed(vault.prefix)).otherwise;
}

async function rotateTable<Record extends { secrets: string }>(
  { vault, log, batchSize, onProgress }: RotationOptions,
  records: Pick<SealedRecords<Record>, 'listSealedOtherwise' | 'reseal'>,
  progress: Rotation,
  facts: (record: Record) => { id: string; descriptor: Descriptor },
): Promise<void> {
  for (let after = ''; ; ) {
    const batch = await records.listSealedOtherwise(vault.prefix, after, batchSize);
    const changes: Resealed[] = [];
    for (const record of batch) {
      const { id, descriptor } = facts(record);
      after = id;
      try {
        const sealed = vault.seal(descriptor, vault.open(descriptor, record.secrets));
        changes.push({ id, before: record.secrets, after: sealed });
      } catch (error) {
        progress.failed++;
        log.error(`key rotation: ${messageOf(error)}`);
      }
    }
    await records.reseal(changes);
    progress.successful += changes.length;
    onProgress?.(progress);
    if (batch.length < batchSize) return;
  }
}
