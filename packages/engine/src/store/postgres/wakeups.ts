import { randomUUID } from 'node:crypto';
import {
  Logger,
  makeWorkerUtils,
  type Runner,
  run,
  runMigrations,
  type SharedOptions,
  type WorkerUtils,
} from 'graphile-worker';
import pg from 'pg';
import type { DueLane, WakeupStore } from '../delivery-port.ts';
import type { PostgresAddress } from './address.ts';
import { clientConfig } from './pool.ts';

/** Where graphile-worker keeps its tables: beside an application's own, which may use it too. */
const WORKER_SCHEMA = 'patchbay_worker';

const TASK = 'lane';

/** For its LISTEN, its jobs, and the jobs that are added. */
const CONNECTIONS = 3;

/** How late a job may be that was not told of: those for later, and those of a notification that was lost. */
const POLL_MS = 1000;

const RESTART_AFTER_MS = 1000;

/**
 * Wake-ups are jobs of graphile-worker, which one of the processes gets: a lane is the job, not a delivery. What it is
 * woken for is in our own tables, so a job that is lost with its process costs time and no delivery.
 *
 * A process that listens wakes itself, without a job. A lane that is due now, elsewhere, is one job however often it is
 * asked for; one that is due later is one job at the earliest time that was asked for.
 */
export function jobWakeups(address: PostgresAddress) {
  const pool = poolOf(address, CONNECTIONS);
  /** What this process shares bears this flag, and is for the others. */
  const self = randomUUID();
  const options = {
    pgPool: pool,
    schema: WORKER_SCHEMA,
    logger: SILENT,
  } satisfies SharedOptions;
  let utils: Promise<WorkerUtils> | undefined;
  let onDue: ((connectorId: string) => void) | undefined;
  let clock = () => new Date();
  let isClosed = false;
  const addings = new Map<string, Adding>();

  function ready(): Promise<WorkerUtils> {
    utils ??= makeWorkerUtils(options).then(async (made) => {
      await made.migrate();
      return made;
    });
    utils.catch(() => {
      utils = undefined;
    });
    return utils;
  }

  async function addJob(connectorId: string, runAt: Date | undefined): Promise<void> {
    const { addJob: add, withPgClient } = await ready();
    const payload = { connectorId };
    // One that has failed is of no use any more: a sweep finds what it was for.
    const common = { jobKey: connectorId, maxAttempts: 1 };
    if (runAt === undefined) {
      await add(TASK, payload, { ...common, jobKeyMode: 'replace' });
      return;
    }
    const job = await add(TASK, payload, { ...common, runAt, jobKeyMode: 'preserve_run_at' });
    if (job.run_at <= runAt) return;
    await withPgClient((client) =>
      client.query(`select ${WORKER_SCHEMA}.reschedule_jobs(array[$1]::bigint[], run_at := $2)`, [
        job.id,
        runAt,
      ]),
    );
  }

  /** One job at a time for each lane; what is asked for meanwhile is one more. */
  async function addInTurn(key: string, connectorId: string, runAt: Date | undefined): Promise<void> {
    const underWay = addings.get(key);
    if (underWay !== undefined) {
      underWay.again = runAt === undefined ? {} : { runAt: earlier(underWay.again?.runAt, runAt) };
      return;
    }
    const adding: Adding = { again: undefined };
    addings.set(key, adding);
    try {
      await addJob(connectorId, runAt);
    } catch {
      // It cannot be reached. When it can, a sweep finds what is due.
    } finally {
      addings.delete(key);
    }
    if (adding.again !== undefined && !isClosed) await addInTurn(key, connectorId, adding.again.runAt);
  }

  async function share(connectorId: string): Promise<void> {
    try {
      const { addJob: add } = await ready();
      const spec = { jobKey: `share ${connectorId}`, maxAttempts: 1, flags: [self] };
      await add(TASK, { connectorId }, { ...spec, jobKeyMode: 'replace' });
    } catch {
      // The sweeps of others find it later.
    }
  }

  const addNow = (connectorId: string) => addInTurn(`now ${connectorId}`, connectorId, undefined);

  function add(lanes: readonly DueLane[]): void {
    if (isClosed) return;
    for (const { connectorId, dueAt } of lanes) {
      const runAt = new Date(dueAt);
      if (runAt > clock()) void addInTurn(`later ${connectorId}`, connectorId, runAt);
      else if (onDue !== undefined) onDue(connectorId);
      else void addNow(connectorId);
    }
  }

  return {
    add,
    share,

    async listen(listener: (connectorId: string) => void, now: () => Date) {
      onDue = listener;
      clock = now;
      await ready();
      const taskList = {
        [TASK]: async (payload: unknown) => onDue?.((payload as { connectorId: string }).connectorId),
      };
      const start = () =>
        run({
          ...options,
          taskList,
          forbiddenFlags: [self],
          concurrency: 1,
          noHandleSignals: true,
          pollInterval: POLL_MS,
        });
      let runner: Runner | undefined = await start();
      const running = (async () => {
        while (onDue !== undefined) {
          try {
            await runner?.promise;
          } catch {
            // It gives up when PostgreSQL is away for long: it is started anew until it is back.
          }
          if (onDue === undefined) return;
          await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER_MS));
          runner = await start().catch(() => undefined);
        }
        // One that has just been started anew.
        await runner?.stop().catch(() => {});
      })();
      return {
        async stop() {
          onDue = undefined;
          await runner?.stop().catch(() => {});
          await running;
        },
      };
    },

    async close(): Promise<void> {
      if (isClosed) return;
      isClosed = true;
      const made = await utils?.catch(() => undefined);
      await made?.release();
      await pool.end();
    },
  } satisfies Pick<WakeupStore, 'share' | 'listen'> & { add: typeof add; close(): Promise<void> };
}

/** The end of an idle connection is no concern: the next query gets another one. */
function poolOf(address: PostgresAddress, max: number): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(address), max });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Brings graphile-worker's own tables to its newest schema, which the first process that listens does otherwise. */
export async function migrateWakeups(address: PostgresAddress): Promise<void> {
  const pool = poolOf(address, 1);
  try {
    await runMigrations({ pgPool: pool, schema: WORKER_SCHEMA, logger: SILENT });
  } finally {
    await pool.end();
  }
}

/** A job that is being added, and what was asked for meanwhile. */
interface Adding {
  again: { runAt?: Date } | undefined;
}

function earlier(a: Date | undefined, b: Date): Date {
  return a !== undefined && a < b ? a : b;
}

/** What goes wrong with a job is found by a sweep; what goes wrong with the store is told by whoever asks it. */
const SILENT = new Logger(() => () => {});
