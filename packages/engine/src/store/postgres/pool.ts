import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { ServiceUnavailableError } from '../../errors/index.ts';
import type { StoreFigures } from '../observer.ts';
import type { OpenStoreOptions } from '../open-options.ts';
import type { PostgresAddress } from './address.ts';
import { isLost, isUnavailable, reasonOf, storeError } from './errors.ts';
import { fromPostgres, toPostgres } from './text.ts';

/** The one schema that all tables are in. */
export const SCHEMA = 'patchbay';

/** To get a connection, new or from the pool. */
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** A peer that has gone without a word is noticed by this, after PostgreSQL's own limit. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000;
const LOCK_TIMEOUT_MS = 10_000;
/** A process that was paused within a transaction loses its locks before those who wait for them give up. */
const IDLE_TRANSACTION_TIMEOUT_MS = 8000;

const MAX_ATTEMPTS = 5;

const DEFAULT_CONNECTIONS = 10;

const { builtins } = pg.types;

/** How columns come back: counts and keys as numbers, texts with the NUL characters that they had. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, format);
    if (oid === builtins.INT8) return Number;
    if (oid === builtins.TEXT) return fromPostgres;
    return pg.types.getTypeParser(oid, format);
  },
} as pg.CustomTypesConfig;

export function clientConfig(address: PostgresAddress): pg.ClientConfig {
  const { host, port, user, password, database, tls } = address;
  return {
    host,
    port,
    user,
    database,
    ...(password !== undefined && { password }),
    ssl: tls,
    application_name: 'patchbay',
    options: `-c search_path=${SCHEMA}`,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    types,
  };
}

/**
 * Connections for Kysely. One that ends, in the pool or in use, fails what is asked on it and nothing else: the next
 * query gets another one. A statement on its own that lost against another is run again.
 */
export function connectionPool(
  address: PostgresAddress,
  { maxConnections = DEFAULT_CONNECTIONS, log }: OpenStoreOptions,
): PostgresPool & { figures(): NonNullable<StoreFigures['connections']> } {
  const pool = new pg.Pool({ ...clientConfig(address), max: maxConnections });
  // Without a listener the end of a connection would be the end of the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  let ended: Promise<void> | undefined;
  const watch = watched(address, log);
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: {},
    figures: () => ({
      max: maxConnections,
      open: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    end() {
      ended ??= pool.end();
      return ended;
    },
    async connect() {
      const client = await watch(() => pool.connect());
      const connection = known.get(client) ?? guarded(client, watch);
      known.set(client, connection);
      return connection;
    },
  };
}

/** Asks the server; what goes wrong is an error that may be shown. */
type Watch = <T>(ask: () => Promise<T>) => Promise<T>;

/** Tells the log once when the server stops to answer, and once when it answers again. */
function watched(address: PostgresAddress, log: OpenStoreOptions['log']): Watch {
  let isDown = false;
  return async (ask) => {
    try {
      const answer = await ask();
      if (isDown) log?.info(`the PostgreSQL database ${address.shown} answers again`);
      isDown = false;
      return answer;
    } catch (error) {
      if (!isDown && isUnavailable(error)) {
        isDown = true;
        log?.error(`the PostgreSQL database ${address.shown} is not available: ${reasonOf(error)}`);
      }
      throw storeError(error);
    }
  };
}

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return toPostgres(value);
  return Array.isArray(value) ? value.map(escaped) : value;
}

function guarded(client: pg.PoolClient, watch: Watch): PostgresPoolClient {
  let isInTransaction = false;
  let isSpoiled = false;
  async function query(text: string, parameters: readonly unknown[] = []) {
    if (/^(begin|start transaction)/.test(text)) isInTransaction = true;
    if (/^(commit|rollback)$/.test(text)) isInTransaction = false;
    const values = parameters.map(escaped);
    for (let attempt = 1; ; attempt++) {
      try {
        return await watch(() => client.query(text, values));
      } catch (error) {
        // Such as one that did not answer in time: what it may answer later is nobody's.
        isSpoiled ||= error instanceof ServiceUnavailableError;
        if (isInTransaction || attempt === MAX_ATTEMPTS || !isLost(error)) throw error;
      }
    }
  }
  return {
    // Without cursors: nothing here streams rows.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy || isSpoiled),
  };
}
