import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { type ChangeFeed, type ChangeKind, STALENESS_BOUND_MS } from '../changes.ts';
import type { OpenStoreOptions } from '../open-options.ts';
import type { PostgresAddress } from './address.ts';
import { reasonOf } from './errors.ts';
import { clientConfig } from './pool.ts';
import { fromPostgres } from './text.ts';

/** What the triggers of the tables tell: a kind, and the id behind a colon where it is one record. */
const CHANNEL = 'patchbay';

export interface Listener {
  feed: ChangeFeed;
  close(): Promise<void>;
}

/**
 * Hears of changes on a connection of its own.
 *
 * States: away (connecting, or waiting to do so) and hearing. While it hears, it sends itself a beat every now and then. All
 * changes are told in the order of their commits, so that a beat that comes back shows: what was committed before it was
 * sent has been told. What is kept in memory may be used as long as the last such beat was sent less than the bound ago,
 * whichever state it is in. A new connection has missed what was told before: it makes everybody forget everything first.
 * Hence a connection that is cut, hangs, or goes through a pooler that does not pass notifications on costs speed and
 * never the bound.
 */
export async function listen(
  address: PostgresAddress,
  { log, boundMs = STALENESS_BOUND_MS }: OpenStoreOptions,
): Promise<Listener> {
  const beatEveryMs = boundMs / 5;
  const beatTimeoutMs = boundMs / 2;
  const listeners = new Map<ChangeKind, ((id: string | undefined) => void)[]>();
  const begun = Promise.withResolvers<void>();
  let heardAt = Number.NEGATIVE_INFINITY;
  let isTold = false;
  let isClosed = false;
  /** Ends what is being waited for. */
  let giveUp: (reason: Error) => void = () => {};

  const isHeard = () => performance.now() - heardAt < boundMs;

  function told(payload: string): void {
    const colon = payload.indexOf(':');
    const kind = (colon === -1 ? payload : payload.slice(0, colon)) as ChangeKind;
    const id = colon === -1 ? undefined : fromPostgres(payload.slice(colon + 1));
    for (const changed of listeners.get(kind) ?? []) changed(id);
  }

  async function hear(): Promise<never> {
    const client = new pg.Client({
      ...clientConfig(address),
      application_name: 'patchbay listener',
      query_timeout: beatTimeoutMs,
      connectionTimeoutMillis: beatTimeoutMs,
    });
    let lost: Error | undefined;
    let awaited = { beat: '', comesBack: () => {} };
    client.on('error', (error) => {
      lost = error;
      giveUp(error);
    });
    client.on('notification', ({ payload = '' }) => {
      if (payload === awaited.beat) awaited.comesBack();
      else told(payload);
    });

    /** As `work`, unless the connection ends meanwhile. */
    function unlessLost<T>(work: Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        giveUp = reject;
        if (lost !== undefined) reject(lost);
        work.then(resolve, reject);
      });
    }

    /** When it was sent; until then everything has been told. */
    async function beat(): Promise<number> {
      const sentAt = performance.now();
      const back = Promise.withResolvers<void>();
      awaited = { beat: `beat:${randomUUID()}`, comesBack: back.resolve };
      const sent = client.query('select pg_notify($1, $2)', [CHANNEL, awaited.beat]);
      const late = setTimeout(() => giveUp(new Error('notifications do not arrive')), beatTimeoutMs);
      try {
        await unlessLost(Promise.all([sent, back.promise]));
      } finally {
        clearTimeout(late);
      }
      return sentAt;
    }

    try {
      await unlessLost(client.connect());
      // A beat is nothing to be kept: no commit waits for the disk.
      await unlessLost(client.query(`set synchronous_commit = off; listen ${CHANNEL}`));
      const firstBeat = await beat();
      for (const changed of [...listeners.values()].flat()) changed(undefined);
      heardAt = firstBeat;
      if (isTold) log?.info('changes by other processes are heard again');
      isTold = false;
      begun.resolve();
      for (;;) {
        await unlessLost(wait(beatEveryMs, undefined, { ref: false }));
        heardAt = await beat();
      }
    } finally {
      client.end().catch(() => {});
    }
  }

  async function run(): Promise<void> {
    while (!isClosed) {
      await hear().catch((error) => {
        if (isClosed || isTold || isHeard()) return;
        isTold = true;
        log?.warn(
          `changes by other processes are not heard, so that nothing is kept in memory: ${reasonOf(error)}`,
        );
      });
      begun.resolve();
      if (!isClosed) await new Promise<void>((resolve) => pause(resolve));
    }
  }

  function pause(resolve: () => void): void {
    const timer = setTimeout(resolve, beatEveryMs).unref();
    giveUp = () => {
      clearTimeout(timer);
      resolve();
    };
  }

  const running = run();
  await begun.promise;
  return {
    feed: {
      isHeard,
      onChange(kind, changed) {
        listeners.set(kind, [...(listeners.get(kind) ?? []), changed]);
      },
    },
    async close() {
      isClosed = true;
      giveUp(new Error('closed'));
      await running;
    },
  };
}
