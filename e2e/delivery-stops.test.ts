import { describeOnPostgres, startPostgres, testDatabase } from '@patchbay/engine/testing/postgres';
import { type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from './call.ts';
import { until } from './checkout.ts';
import { createWebhook, LEASE_MS, type Process, type Processes, processes } from './delivery/processes.ts';

/** How a process ends, or seems to, while it runs deliveries, and what becomes of them. */

const describe = await describeOnPostgres();

/** Answers when it is told to: by default, all requests at once. */
async function patientRemote() {
  const waiting: { body: string; answer(answer: StandInAnswer): void }[] = [];
  const arrivals: string[] = [];
  let isOpen = false;
  const remote = await standIn(async ({ body }) => {
    arrivals.push(body);
    if (isOpen) return {};
    return new Promise<StandInAnswer>((answer) => waiting.push({ body, answer }));
  });
  return {
    url: remote.url,
    /** What has arrived, in this order. */
    arrivals,
    answerAll() {
      for (const { answer } of waiting.splice(0)) answer({});
    },
    /** From now on answers at once. */
    open() {
      isOpen = true;
      this.answerAll();
    },
    async [Symbol.asyncDispose]() {
      this.open();
      await remote.close();
    },
  };
}

async function enqueue(url: string | undefined, bodies: string[]): Promise<string[]> {
  const deliveries = bodies.map((body) => ({ connector_id: 'hook', params: { body } }));
  const answer = await call(url ?? '', 'POST', '/api/patchbay/deliveries', { deliveries });
  expect(answer.status).toBe(202);
  return answer.body.deliveries.map(({ id }: { id: string }) => id);
}

const get = async ({ url = '' }: Process, id = '') =>
  (await call(url, 'GET', `/api/patchbay/deliveries/${id}`)).body;

const eventually = (what: () => unknown, condition: () => boolean | Promise<boolean>, ms = 30_000) =>
  until(() => JSON.stringify(what()), condition, ms);

const bodies = Array.from({ length: 20 }, (_, n) => `message ${n}`);
const TWO_AT_ONCE = { PATCHBAY_DELIVERY_CONNECTORCONCURRENCY: '2' };
/** So long that no test could wait for its end. */
const LONG_LEASE = { PATCHBAY_DELIVERY_LEASE: '1h' };

describe.each([['SQLite'], ['PostgreSQL']])('a process on %s', (driver) => {
  let database: AsyncDisposable & { url?: string };
  let all: Processes;
  let remote: Awaited<ReturnType<typeof patientRemote>>;

  beforeEach(async () => {
    database = driver === 'SQLite' ? { async [Symbol.asyncDispose]() {} } : await testDatabase();
    all = processes(database.url, { ...TWO_AT_ONCE, ...LONG_LEASE });
    remote = await patientRemote();
  });
  afterEach(async () => {
    await all[Symbol.asyncDispose]();
    await remote[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  it('that is stopped ends what it runs, and leaves the rest to the next one', async () => {
    const first = await all.start({ LOGGING_ROOT_LEVEL: 'info' });
    await createWebhook(first.url ?? '', 'hook', remote.url);
    const ids = await enqueue(first.url, bodies);
    await eventually(
      () => remote.arrivals,
      () => remote.arrivals.length === 2,
    );
    const stopping = all.stop(first);
    await eventually(first.started.output, () => first.started.output().includes('SIGTERM: stopping'));
    remote.answerAll();
    expect(await stopping).toMatchObject({ code: 0 });
    expect(remote.arrivals).toHaveLength(2);

    remote.open();
    const second = await all.start();
    await eventually(
      () => remote.arrivals.length,
      () => remote.arrivals.length === bodies.length,
    );
    expect([...remote.arrivals].sort()).toEqual([...bodies].sort());
    await eventually(
      () => ids,
      async () => (await get(second, ids.at(-1))).state === 'delivered',
    );
    for (const id of ids) {
      const { state, attempts } = await get(second, id);
      expect([state, attempts.map(({ outcome }: { outcome: string }) => outcome)]).toEqual([
        'delivered',
        ['delivered'],
      ]);
    }
  });

  it('that is stopped does not wait longer than the limit for a remote that hangs; the attempt does not count', async () => {
    const first = await all.start({ SERVER_SHUTDOWNTIMEOUT: '300ms' });
    await createWebhook(first.url ?? '', 'hook', remote.url);
    const [id] = await enqueue(first.url, ['hangs']);
    await eventually(
      () => remote.arrivals,
      () => remote.arrivals.length === 1,
    );
    const { code, ms } = await all.stop(first);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(300 + 5000 + 5000);

    remote.open();
    const second = await all.start();
    await eventually(
      () => remote.arrivals,
      async () => (await get(second, id)).state === 'delivered',
    );
    expect((await get(second, id)).attempts).toMatchObject([
      { outcome: 'lost', reason: 'the process that ran it was stopped' },
      { outcome: 'delivered' },
    ]);
  });
});

describe('two processes on one PostgreSQL', () => {
  it('the one takes at once what the other has let go of at its stop', async () => {
    await using database = await testDatabase();
    await using all = processes(database.url, { ...TWO_AT_ONCE, ...LONG_LEASE });
    await using remote = await patientRemote();
    const first = await all.start();
    await createWebhook(first.url ?? '', 'hook', remote.url);
    await enqueue(first.url, bodies);
    await eventually(
      () => remote.arrivals,
      () => remote.arrivals.length === 2,
    );
    const second = await all.start();
    await eventually(
      () => remote.arrivals,
      () => remote.arrivals.length === 4,
    );
    remote.open();
    await all.stop(first);
    await eventually(
      () => remote.arrivals.length,
      () => remote.arrivals.length === bodies.length,
    );
    expect(second.started.child.exitCode).toBe(null);
    expect([...remote.arrivals].sort()).toEqual([...bodies].sort());
  });

  it('the word of one that was paused beyond its lease changes nothing any more, and it works on', async () => {
    await using database = await testDatabase();
    await using all = processes(database.url, TWO_AT_ONCE);
    await using remote = await patientRemote();
    const paused = await all.start();
    await createWebhook(paused.url ?? '', 'hook', remote.url);
    const [id] = await enqueue(paused.url, ['once or twice']);
    await eventually(
      () => remote.arrivals,
      () => remote.arrivals.length === 1,
    );
    const other = await all.start();
    paused.started.child.kill('SIGSTOP');
    try {
      await eventually(
        () => remote.arrivals,
        () => remote.arrivals.length === 2,
      );
      remote.open();
      await eventually(
        () => remote.arrivals,
        async () => (await get(other, id)).state === 'delivered',
      );
    } finally {
      paused.started.child.kill('SIGCONT');
    }
    const [after] = await enqueue(paused.url, ['after']);
    await eventually(
      () => remote.arrivals,
      async () => (await get(paused, after)).state === 'delivered',
    );
    await all.stop(other);
    const { state, attempts } = await get(paused, id);
    expect(state).toBe('delivered');
    expect(attempts).toMatchObject([
      { number: 1, outcome: 'lost' },
      { number: 2, outcome: 'delivered' },
    ]);
    await enqueue(paused.url, ['alone']);
    await eventually(
      () => remote.arrivals,
      () => remote.arrivals.includes('alone'),
    );
    expect(remote.arrivals.filter((body) => body === 'once or twice')).toHaveLength(2);
  });
});

describe('processes whose clocks are two minutes apart', () => {
  /** In a process before anything else: its clock shows another time. */
  const offBy = (ms: number) => {
    const code = `const D = Date; const off = ${ms};
      globalThis.Date = class extends D { constructor(...a) { a.length ? super(...a) : super(D.now() + off); } static now() { return D.now() + off; } };`;
    return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
  };

  it('neither take over what the other runs, nor keep what the other enqueues waiting', async () => {
    await using database = await testDatabase();
    await using all = processes(database.url, TWO_AT_ONCE);
    await using remote = await patientRemote();
    const ahead = await all.start(offBy(60_000));
    await createWebhook(ahead.url ?? '', 'hook', remote.url);
    await enqueue(ahead.url, bodies);
    await eventually(
      () => remote.arrivals,
      () => remote.arrivals.length === 2,
    );
    const behind = await all.start(offBy(-60_000));
    await eventually(
      () => remote.arrivals,
      () => remote.arrivals.length === 4,
    );
    const since = performance.now();
    await eventually(
      () => 'two leases',
      () => performance.now() - since > 2 * LEASE_MS,
    );
    expect(remote.arrivals).toHaveLength(4);
    remote.open();
    const ids = await enqueue(behind.url, ['of the one behind']);
    await eventually(
      () => remote.arrivals.length,
      () => remote.arrivals.length === bodies.length + 1,
    );
    expect([...remote.arrivals].sort()).toEqual([...bodies, 'of the one behind'].sort());
    await eventually(
      () => ids,
      async () => (await get(ahead, ids[0])).state === 'delivered',
    );
    const { created_at: createdAt } = await get(ahead, ids[0]);
    expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(30_000);
    expect(behind.started.output()).toContain('s off that of the store');
  });
});

it('a process whose PostgreSQL has gone stops within the limit all the same', async () => {
  await using postgres = await startPostgres();
  await using all = processes(postgres.url('postgres'), { SERVER_SHUTDOWNTIMEOUT: '300ms' });
  await using remote = await patientRemote();
  const one = await all.start();
  await createWebhook(one.url ?? '', 'hook', remote.url);
  const [id] = await enqueue(one.url, ['kept']);
  await eventually(
    () => remote.arrivals,
    () => remote.arrivals.length === 1,
  );
  await postgres.stop();
  remote.open();
  const { ms } = await all.stop(one);
  expect(ms).toBeLessThan(300 + 5000 + 5000);

  await postgres.start();
  const next = await all.start();
  await eventually(
    () => remote.arrivals,
    async () => (await get(next, id)).state === 'delivered',
  );
});
