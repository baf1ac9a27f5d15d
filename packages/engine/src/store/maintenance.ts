import { existsSync } from 'node:fs';
import { StoreMissingError } from '../errors/index.ts';
import type { StoreAddress } from './address.ts';
import {
  type CopiedTable,
  copyStore as copyTables,
  findUnsealed,
  type RawStore,
  type SealedFindings,
  type StoreFinding,
} from './raw/index.ts';
import { checkSqlite, fileVersion, openRawSqlite, readRawSqlite } from './sqlite/index.ts';

/** What is done with a store as a whole, beside the server. */

export interface Migrated {
  /** 0: there was none. */
  from: number;
  to: number;
}

/** Brings a store to the newest schema; makes it if there is none. Throws `StartupError`. */
export async function migrateStore(where: StoreAddress): Promise<Migrated> {
  if (where.kind === 'postgres') {
    const { migrateDatabase, migrateWakeups } = await import('./postgres/index.ts');
    const migrated = await migrateDatabase(where.address);
    await migrateWakeups(where.address);
    return migrated;
  }
  const from = fileVersion(where.path);
  await openRawSqlite(where.path).close();
  return { from, to: fileVersion(where.path) };
}

/**
 * Looks at a store and changes nothing. `isSealed` knows the form of what the vault seals. Throws `StoreMissingError`, and
 * `StartupError` where it cannot be looked at.
 */
export async function checkStore(
  where: StoreAddress,
  isSealed: (text: string) => boolean,
): Promise<StoreFinding[]> {
  const findings =
    where.kind === 'sqlite'
      ? checkSqlite(where.path)
      : await (await import('./postgres/index.ts')).checkPostgres(where.address);
  // What is damaged is not read on.
  if (findings.some(({ name, ok }) => !ok && name !== 'schema')) return findings;
  const raw = await openRaw(where, { readOnly: true });
  try {
    return [...findings, sealedFinding(await findUnsealed(raw, isSealed))];
  } finally {
    await raw.close();
  }
}

/**
 * Copies one store into another one, which is empty, and verifies it: all or nothing. Both are brought to the newest
 * schema first. Throws `StartupError`.
 */
export async function copyStore(
  from: StoreAddress,
  to: StoreAddress,
  onProgress?: (done: number, total: number) => void,
): Promise<CopiedTable[]> {
  const source = await openRaw(from, { mustExist: true });
  try {
    const target = await openRaw(to);
    try {
      return await copyTables(source, target, onProgress);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function openRaw(where: StoreAddress, { readOnly = false, mustExist = false } = {}): Promise<RawStore> {
  if (where.kind === 'sqlite' && mustExist && !existsSync(where.path))
    throw new StoreMissingError(`There is no database ${where.path}`);
  if (where.kind === 'sqlite') return readOnly ? readRawSqlite(where.path) : openRawSqlite(where.path);
  const { migrateDatabase, openRawPostgres } = await import('./postgres/index.ts');
  if (!readOnly) await migrateDatabase(where.address, { mustExist });
  return openRawPostgres(where.address);
}

function sealedFinding({ total, wrong }: SealedFindings): StoreFinding {
  const detail =
    wrong.length === 0 ? `${total} have the form of sealed text` : `not sealed: ${wrong.join('; ')}`;
  return { name: 'secrets', ok: wrong.length === 0, detail };
}
