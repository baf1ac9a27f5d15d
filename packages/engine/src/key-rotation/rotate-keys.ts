import { setImmediate as everybodyElse } from 'node:timers/promises';
import type { Logger } from '@patchbay/kit';
import { messageOf } from '@patchbay/kit';
import { connectorDescriptor, settingsDescriptor } from '../catalog/index.ts';
import { paramsDescriptor } from '../delivery/index.ts';
import type { Resealed, SealedRecords, Store } from '../store/index.ts';
import { tokenDescriptor } from '../tokens/index.ts';
import type { Descriptor, Vault } from '../vault/index.ts';

/** What came of a rotation: of how many records, how many are now under the primary key, how many do not open. */
export interface Rotation {
  total: number;
  successful: number;
  failed: number;
}

const LARGEST_BATCH = 500;

type SealedStore = Pick<Store, 'connectors' | 'connectorSettings' | 'connectorTokens' | 'deliveries'>;

export interface RotationOptions {
  store: SealedStore;
  vault: Vault;
  log: Pick<Logger, 'error'>;
  /** How many records one transaction takes, up to 500: others wait for it. */
  batchSize: number;
  /** Only these. */
  type?: SealedType | undefined;
  onProgress?: (progress: Rotation) => void;
}

/** Connectors, their settings, and the params of deliveries. */
export const sealedTypes = ['action', 'connector-settings', 'delivery'] as const;
export type SealedType = (typeof sealedTypes)[number];

/** A table of them: how many there are, and how all of it is sealed anew. */
interface SealedTable {
  countSealed: SealedRecords<unknown>['countSealed'];
  rotate(options: RotationOptions, progress: Rotation): Promise<void>;
}

/**
 * Seals everything anew that is not sealed under the primary key. May be stopped at any instant, and called again: what
 * is left is what is not yet under it. A record that changes meanwhile was sealed under it by whoever changed it.
 */
export async function rotateKeys(options: RotationOptions): Promise<Rotation> {
  const { store, vault, type } = options;
  const tables = type === undefined ? Object.values(tablesOf(store)) : [tablesOf(store)[type]];
  const progress: Rotation = { total: 0, successful: 0, failed: 0 };
  for (const table of tables) progress.total += (await table.countSealed(vault.prefix)).otherwise;
  for (const table of tables) await table.rotate(options, progress);
  await rotateTokens(options);
  return progress;
}

function tablesOf({
  connectors,
  connectorSettings,
  deliveries,
}: SealedStore): Record<SealedType, SealedTable> {
  return {
    action: sealedTable(connectors, (record) => ({ id: record.id, descriptor: connectorDescriptor(record) })),
    'connector-settings': sealedTable(connectorSettings, ({ connectorId, spaceId, settings }) => ({
      id: connectorId,
      descriptor: settingsDescriptor(spaceId, connectorId, settings),
    })),
    delivery: sealedTable(deliveries, (record) => ({ id: record.id, descriptor: paramsDescriptor(record) })),
  };
}

function sealedTable<Record extends { secrets: string }>(
  records: SealedRecords<Record>,
  facts: (record: Record) => { id: string; descriptor: Descriptor },
): SealedTable {
  return {
    countSealed: (prefix) => records.countSealed(prefix),
    rotate: (options, progress) => rotateTable(options, records, progress, facts),
  };
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
  store: SealedStore,
  { prefix }: Vault,
): Promise<{ total: number; otherwise: number }> {
  const counts = { total: 0, otherwise: 0 };
  for (const table of Object.values(tablesOf(store))) {
    const { total, otherwise } = await table.countSealed(prefix);
    counts.total += total;
    counts.otherwise += otherwise;
  }
  return counts;
}

async function rotateTable<Record extends { secrets: string }>(
  { vault, log, batchSize, onProgress }: RotationOptions,
  records: Pick<SealedRecords<Record>, 'listSealedOtherwise' | 'reseal'>,
  progress: Rotation,
  facts: (record: Record) => { id: string; descriptor: Descriptor },
): Promise<void> {
  const limit = Math.min(batchSize, LARGEST_BATCH);
  for (let after = ''; ; ) {
    const batch = await records.listSealedOtherwise(vault.prefix, after, limit);
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
    if (batch.length < limit) return;
    // On SQLite nothing else lets anybody in between.
    await everybodyElse();
  }
}
