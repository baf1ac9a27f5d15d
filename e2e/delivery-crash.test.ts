import { setTimeout as pause } from 'node:timers/promises';
import type { DeliveryRecord } from '@patchbay/engine/store';
import { type PostgresServer, startPostgres } from '@patchbay/engine/testing/postgres';
import { expect, it } from 'vitest';
import { call } from './call.ts';
import { until } from './checkout.ts';
import { type FlakyRemote, flakyRemote, type Message } from './delivery/flaky-remote.ts';
import { createApiKey, createWebhook, type Processes, processes } from './delivery/processes.ts';

/**
 * Processes are killed (-9) every second, PostgreSQL ends twice, once without a word, and the remote fails 30 % of its
 * requests, while clients enqueue over HTTP as clients should: with idempotency keys, again when there is no answer. What
 * was accepted arrives, or is a dead letter; those of one order key begin in order.
 *
 * `DELIVERIES=20000` runs the whole of it.
 */

const COUNT = Number(process.env.DELIVERIES ?? 300);
const CONNECTORS = 10;
/** Every second delivery has one of these, ten have the same; one connector and one client each. */
const ORDER_KEYS = Math.ceil(COUNT / 400) * 20;
const CLIENTS = 4;
const BATCH = 50;
const FAILING = 0.3;
const KILL_EVERY_MS = 1000;
/** Without any arrival for so long, nothing more is waited for. */
const SILENCE_MS = 60_000;
const LIMIT_MS = 300_000 + 100 * COUNT;

const messages = Array.from({ length: COUNT }, (_, place): Message => {
  const key = place % 2 === 0 ? `key ${place % ORDER_KEYS}` : null;
  return { id: `delivery ${place}`, key, place };
});

interface Report {
  accepted: number;
  arrived: number;
  lost: number;
  duplicated: number;
  dead: number;
  kills: number;
  restarts: number;
  retriedEnqueues: number;
  requests: number;
  lostAttempts: number;
  seconds: number;
}

it(
  `loses none of ${COUNT} through 3 processes on PostgreSQL`,
  async () => {
    await using postgres = await startPostgres({ synchronous_commit: 'on', full_page_writes: 'on' });
    await using all = processes(postgres.url('postgres'));
    await Promise.all([all.start(), all.start(), all.start()]);
    await run('3 processes on PostgreSQL', all, postgres);
  },
  2 * LIMIT_MS,
);

it(
  `loses none of ${COUNT} through 1 process on SQLite`,
  async () => {
    await using all = processes();
    await all.start();
    await run('1 process on SQLite', all);
  },
  2 * LIMIT_MS,
);

async function run(what: string, all: Processes, postgres?: PostgresServer): Promise<void> {
  await using remote = await flakyRemote(FAILING);
  const url = all.ready()[0]?.url ?? '';
  for (let n = 0; n < CONNECTORS; n++) await createWebhook(url, `hook-${n}`, remote.url);
  const authorization = await createApiKey(url);
  const since = performance.now();
  const chaos = new AbortController();
  const killing = killNowAndThen(all, chaos.signal);
  const restarting = postgres && restartTwice(postgres, remote);
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, client) =>
      enqueueAll(
        all,
        authorization,
        messages.filter(({ place }) => place % CLIENTS === client),
      ),
    ),
  );
  let seen = -1;
  let seenAt = 0;
  await until(
    () => `${remote.arrived.size} of ${COUNT}`,
    () => {
      if (remote.arrived.size !== seen) seenAt = performance.now();
      seen = remote.arrived.size;
      return seen === COUNT || performance.now() - seenAt > SILENCE_MS;
    },
    LIMIT_MS,
  );
  const seconds = (performance.now() - since) / 1000;
  chaos.abort();
  const kills = await killing;
  await restarting;
  const found = await whenAllIsOver(all);

  const dead = new Set(found.filter(({ state }) => state === 'dead').map(({ idempotencyKey: id }) => id));
  const lost = messages.filter(({ id }) => !remote.arrived.has(id) && !dead.has(id));
  const report: Report = {
    accepted: clients.reduce((sum, { accepted }) => sum + accepted, 0),
    arrived: remote.arrived.size,
    lost: lost.length,
    duplicated: [...remote.arrived.values()].filter((times) => times > 1).length,
    dead: dead.size,
    kills,
    restarts: postgres === undefined ? 0 : 2,
    retriedEnqueues: clients.reduce((sum, { retries }) => sum + retries, 0),
    requests: remote.requests(),
    lostAttempts: found.flatMap(({ attempts }) => attempts).filter(({ outcome }) => outcome === 'lost')
      .length,
    seconds: Math.round(seconds * 10) / 10,
  };
  console.log(`${what}: ${JSON.stringify(report)}`);
  expect(report).toMatchObject({ accepted: COUNT, lost: 0 });
  // An idempotency key makes one delivery, however often it was sent.
  expect(found).toHaveLength(COUNT);
  expect(remote.outOfTurn.filter(({ before }) => !dead.has(before))).toEqual([]);
}

/** One client: one batch after the other, each until it is accepted, by whichever process there is. */
async function enqueueAll(all: Processes, authorization: string, own: readonly Message[]) {
  let accepted = 0;
  let retries = 0;
  for (let from = 0; from < own.length; from += BATCH) {
    const deliveries = own.slice(from, from + BATCH).map((message) => ({
      connector_id: `hook-${message.place % CONNECTORS}`,
      params: { body: JSON.stringify(message) },
      idempotency_key: message.id,
      ...(message.key !== null && { order_key: message.key }),
    }));
    for (;;) {
      const ready = all.ready();
      const url = ready[Math.floor(Math.random() * ready.length)]?.url;
      const answer =
        url &&
        (await call(url, 'POST', '/api/patchbay/deliveries', { deliveries }, authorization).catch(noAnswer));
      if (answer && answer.status === 202) break;
      // A full queue, a store that is away, or a process that stops.
      if (answer) expect([answer.status, answer.body]).toEqual([expect.toBeOneOf([429, 503]), answer.body]);
      if (url !== undefined) retries++;
      await pause(100);
    }
    accepted += deliveries.length;
  }
  return { accepted, retries };
}

function noAnswer(error: Error): undefined {
  expect(error.message).toMatch(/fetch failed|terminated|Unexpected end of JSON/);
}

/** Every second one of those that listen, for a second at least, is killed, and started again. How many were. */
async function killNowAndThen(all: Processes, signal: AbortSignal): Promise<number> {
  let kills = 0;
  const starts: Promise<unknown>[] = [];
  while (!signal.aborted) {
    await pause(KILL_EVERY_MS);
    const ready = all.ready().filter(({ readyAt }) => performance.now() - readyAt > KILL_EVERY_MS);
    const victim = ready[Math.floor(Math.random() * ready.length)];
    if (victim === undefined || signal.aborted) continue;
    await all.kill(victim);
    kills++;
    starts.push(all.start());
  }
  await Promise.all(starts);
  return kills;
}

/** Once as an operator does it, and once as a crash. */
async function restartTwice(postgres: PostgresServer, remote: FlakyRemote): Promise<void> {
  for (const [share, end] of [
    [0.25, () => postgres.stop()],
    [0.5, () => postgres.crash()],
  ] as const) {
    await until(
      () => 'the restart of PostgreSQL',
      () => remote.arrived.size >= COUNT * share,
      LIMIT_MS,
    );
    await end();
    await postgres.start();
  }
}

/** Runs on undisturbed until nothing is queued. All deliveries. */
async function whenAllIsOver(all: Processes): Promise<DeliveryRecord[]> {
  const pending = '/api/patchbay/deliveries?state=blocked&state=ready&state=running';
  let left = 0;
  await until(
    () => `${left} are still queued`,
    async () => {
      const { body } = await call(all.ready()[0]?.url ?? '', 'GET', pending);
      left = body.total;
      return left === 0;
    },
    LIMIT_MS,
  );
  await all.stopAll();
  return all.withStore(async ({ deliveries }) => {
    const found: DeliveryRecord[] = [];
    for (;;) {
      const query = { spaceId: 'default', before: found.at(-1)?.seq };
      const page = await deliveries.find(query, { from: 0, size: 1000, countUpTo: 0 });
      found.push(...page.deliveries);
      if (page.deliveries.length < 1000) return found;
    }
  });
}
