import { setTimeout as pause } from 'node:timers/promises';
import { describeOnPostgres, testDatabase } from '@patchbay/engine/testing/postgres';
import { type StandIn, type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { call } from './call.ts';
import { until } from './checkout.ts';
import { createApiKey, createWebhook, processes } from './delivery/processes.ts';

/**
 * A remote that hangs and one that answers 429 to everything do not hold up eight others: how long theirs take, from the
 * call that enqueues to the arrival, is compared with rounds in which the two get nothing, turn and turn about.
 */

const GOOD = 8;
const ROUNDS = 2;
const TICKS = 25;
const TICK_MS = 100;
/** A machine that is busy with other things makes any p99 as long as this, without anybody holding up anybody. */
const NOISE_MS = 1000;

const describe = await describeOnPostgres();

it('of a hanging and a refusing remote the others notice nothing, on SQLite', () => compare('SQLite'));

describe('with PostgreSQL', () => {
  it('of a hanging and a refusing remote the others notice nothing', async () => {
    await using database = await testDatabase();
    await compare('PostgreSQL', database.url);
  });
});

async function compare(driver: string, storeUrl?: string): Promise<void> {
  const hanging = Promise.withResolvers<StandInAnswer>();
  await using hangs = await standIn(() => hanging.promise);
  await using refuses = await standIn(() => ({ status: 429 }));
  await using all = processes(storeUrl);
  const { url = '' } = await all.start();
  const arrivedAt = new Map<string, number>();
  const remotes: StandIn[] = [];
  try {
    for (let n = 0; n < GOOD; n++) {
      const remote = await standIn(({ body }) => {
        arrivedAt.set(body, performance.now());
        return {};
      });
      remotes.push(remote);
      await createWebhook(url, `good-${n}`, remote.url);
    }
    await createWebhook(url, 'hangs', hangs.url);
    await createWebhook(url, 'refuses', refuses.url);
    const authorization = await createApiKey(url);

    const round = async (name: string, others: string[]) => {
      const sentAt = new Map<string, number>();
      const calls: Promise<void>[] = [];
      for (let tick = 0; tick < TICKS; tick++) {
        const ids = Array.from({ length: GOOD }, (_, n) => ({
          connector_id: `good-${n}`,
          params: { body: `${name} ${tick} ${n}` },
        }));
        // More than their share, so that they have long queues.
        const more = others.flatMap((id) => Array(3).fill({ connector_id: id, params: { body: 'x' } }));
        for (const { params } of ids) sentAt.set(params.body, performance.now());
        const deliveries = [...more, ...ids];
        calls.push(
          call(url, 'POST', '/api/patchbay/deliveries', { deliveries }, authorization).then(({ status }) =>
            expect(status).toBe(202),
          ),
        );
        await pause(TICK_MS);
      }
      await Promise.all(calls);
      await until(
        () => `${arrivedAt.size} arrived`,
        () => [...sentAt.keys()].every((body) => arrivedAt.has(body)),
        60_000,
      );
      return [...sentAt].map(([body, at]) => (arrivedAt.get(body) ?? 0) - at);
    };

    await round('warm up', []);
    const without: number[] = [];
    const beside: number[] = [];
    for (let n = 0; n < ROUNDS; n++) {
      without.push(...(await round(`without ${n}`, [])));
      beside.push(...(await round(`beside ${n}`, ['hangs', 'refuses'])));
    }
    const figures = { driver, without: percentiles(without), beside: percentiles(beside) };
    console.log(JSON.stringify(figures));
    expect(hangs.received.length).toBeGreaterThan(0);
    expect(refuses.received.length).toBeGreaterThan(0);
    expect(figures.beside.p99).toBeLessThan(Math.max(2 * figures.without.p99, NOISE_MS));
  } finally {
    hanging.resolve({});
    for (const remote of remotes) await remote.close();
  }
}

/** In whole milliseconds. */
function percentiles(all: number[]): { p50: number; p99: number } {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return { p50: at(0.5), p99: at(0.99) };
}
