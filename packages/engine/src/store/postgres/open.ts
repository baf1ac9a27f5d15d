import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { StartupError, StoreMissingError, StoreUnreachableError } from '../../errors/index.ts';
import type { OpenStoreOptions } from '../open-options.ts';
import type { PostgresAddress } from './address.ts';
import { isRefused, isUnavailable, reasonOf } from './errors.ts';
import { migrations } from './migrations.ts';
import { clientConfig, SCHEMA } from './pool.ts';

/** https://www.postgresql.org/support/versioning/ */
const OLDEST = 14;

/** Any number that is ours: several processes that start at once migrate one after the other. */
const MIGRATION_LOCK = 0x50426179;

/** How long a start waits for another one's migration. */
const MIGRATION_TIMEOUT = '10min';

/** Between two attempts to reach a server that is not up yet. */
const RETRY_EVERY_MS = 500;

/** As `migrateDatabase`, as soon as the server is up. */
export async function openWhenUp(
  address: PostgresAddress,
  { patienceMs = 0, mustExist = false, log }: OpenStoreOptions,
): Promise<void> {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      await migrateDatabase(address, { mustExist });
      return;
    } catch (error) {
      const isOver = performance.now() - startedAt + RETRY_EVERY_MS > patienceMs;
      if (isOver || !(error instanceof StartupError) || !isUnavailable(error.cause)) throw error;
      if (attempt === 1) {
        const seconds = Math.round(patienceMs / 1000);
        log?.warn(
          `waiting up to ${seconds} s for the PostgreSQL database ${address.shown}: ${reasonOf(error.cause)}`,
        );
      }
      await setTimeout(RETRY_EVERY_MS);
    }
  }
}

/**
 * Brings a database to the newest schema, or to an older one if it has none yet, or refuses it with a `StartupError` and leaves it as it is. All in one
 * transaction: half a migration is none.
 */
export function migrateDatabase(
  address: PostgresAddress,
  { mustExist = false, schema = migrations.length } = {},
): Promise<{ from: number; to: number }> {
  return withClient(address, async (client) => {
    await client.query(
      `begin; set local statement_timeout = '${MIGRATION_TIMEOUT}'; set local lock_timeout = 0`,
    );
    await client.query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const version = await schemaVersion(client, address);
    if (version === 0 && mustExist)
      throw new StoreMissingError(`There is no store in the PostgreSQL database ${address.shown}`);
    if (version > migrations.length) refuse(address, newer(version));
    if (version < schema) {
      if (version === 0) await createSchema(client);
      for (const migration of migrations.slice(version, schema)) await client.query(migration);
      await client.query('update schema_version set version = $1', [schema]);
    }
    await client.query('commit');
    return { from: version, to: Math.max(version, schema) };
  });
}

/** Runs `work` on a connection of its own to a server that we can work with. Throws `StartupError`. */
export async function withClient<T>(
  address: PostgresAddress,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...clientConfig(address), query_timeout: 0 });
  client.on('error', () => {});
  try {
    await client.connect();
    await checkServer(client, address);
    return await work(client);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    const Refusal = isUnavailable(error) || isRefused(error) ? StoreUnreachableError : StartupError;
    throw new Refusal(`The PostgreSQL database ${address.shown} cannot be opened: ${reasonOf(error)}.`, {
      cause: error,
    });
  } finally {
    // The transaction, if it is still open, ends with its connection.
    await client.end().catch(() => {});
  }
}

async function checkServer(client: pg.Client, address: PostgresAddress): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string; standby: boolean }>(`
    select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding,
      pg_is_in_recovery() as standby`);
  const [server] = rows;
  const major = Math.floor(Number(server?.version) / 10_000);
  if (major < OLDEST) refuse(address, `it is PostgreSQL ${major}, and ${OLDEST} or newer is needed`);
  if (server?.encoding !== 'UTF8') refuse(address, `its encoding is ${server?.encoding}, and UTF8 is needed`);
  if (server.standby) refuse(address, 'it is a standby, which is read-only');
}

/** 0: there is nothing yet. */
export async function schemaVersion(client: pg.Client, address: PostgresAddress): Promise<number> {
  const { rows: tables } = await client.query<{ name: string }>(
    'select table_name::text as name from information_schema.tables where table_schema = $1',
    [SCHEMA],
  );
  if (tables.length === 0) return 0;
  const foreign = `its schema ${SCHEMA} belongs to another application`;
  if (!tables.some(({ name }) => name === 'schema_version')) refuse(address, foreign);
  const { rows } = await client.query<{ application: string; version: number }>(
    'select * from schema_version',
  );
  const [row] = rows;
  if (row?.application !== 'patchbay' || !Number.isInteger(row.version)) refuse(address, foreign);
  return row.version;
}

async function createSchema(client: pg.Client): Promise<void> {
  // Who may not create schemas may be given an empty one.
  const { rowCount } = await client.query('select 1 from pg_namespace where nspname = $1', [SCHEMA]);
  if (rowCount === 0) await client.query(`create schema ${SCHEMA}`);
  await client.query(`
    create table schema_version (application text not null, version integer not null);
    insert into schema_version values ('patchbay', 0)`);
}

function newer(version: number): string {
  return `its schema version ${version} is newer than ${migrations.length}, the newest that this version of Patchbay knows`;
}

function refuse(address: PostgresAddress, reason: string): never {
  throw new StartupError(
    `The PostgreSQL database ${address.shown} cannot be used: ${reason}. It was left as it is.`,
  );
}
