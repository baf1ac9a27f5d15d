/**
 * `npm run bench:deliver`: how many durable deliveries a second reach a local webhook, beside those who do the like, in the
 * same run on the same machine. `-- --long` also measures claims and settlements with a million queued; `-- --before DIR`
 * also loads the Patchbay of another checkout. Prints; asserts nothing. See README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openStore, parseStoreUrl } from '@patchbay/engine/store';
import { alertmanagerVersion, startAlertmanager } from './deliver/alertmanager.ts';
import { alertBody } from './deliver/bodies.ts';
import { postgresMicroseconds, startBenchPostgres } from './deliver/postgres.ts';
import { costAt } from './deliver/queue-length.ts';
import { median } from './median.ts';
import { call, createWebhook, startPatchbay } from './patchbay.ts';
import { type Child, cpuMicroseconds, startScript } from './processes.ts';

const WARM_UP = 3000;
const ENQUEUED_AT_ONCE = 500;
const LATENCIES = 100;
/** Long enough for the last one to be written down. */
const IDLE_MS = 60;
const QUEUES = { short: [1000], long: [1000, 1_000_000] };

/** One that delivers. */
interface Candidate {
  name: string;
  /** As many as a round has. */
  deliver(count: number): Promise<Load>;
}

interface Load {
  perSecond: number;
  /** Microseconds of processor time a delivery: its own, and that of PostgreSQL. */
  cpu?: number;
  postgresCpu?: number;
}

/** What the receiver says, in nanoseconds of the machine's monotonic clock. */
interface Received {
  firstAt: string;
  lastAt: string;
}

const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    long: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    count: { type: 'string', default: '10000' },
    only: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const count = Number(values.count);
const isAsked = (what: string) => values.only?.split(',').includes(what) ?? true;
const checkouts = [
  { name: 'Patchbay', folder: join(import.meta.dirname, '..') },
  ...(values.before === undefined ? [] : [{ name: 'before', folder: resolve(values.before) }]),
];
const script = (name: string) => join(import.meta.dirname, 'deliver', `${name}.ts`);

await using ends = new AsyncDisposableStack();
const receiver = await start(script('receiver'));
const target = `${receiver.url}/hook`;
const folder = mkdtempSync(join(tmpdir(), 'patchbay-bench-'));
ends.defer(() => rmSync(folder, { recursive: true }));
const postgres = ends.use(await startBenchPostgres());
const file = (name: string) => `sqlite:${join(folder, `${name}.sqlite`)}`;

const servers: { name: string; child: Child; connectorId: string }[] = [];
for (const { name, folder: checkout } of checkouts) {
  if (isAsked('sqlite')) await addServer(`${name}, SQLite`, checkout, file(name));
  if (isAsked('postgres'))
    await addServer(`${name}, PostgreSQL`, checkout, await postgres.newDatabase(name.toLowerCase()));
}
await throughput(await candidates());
await latency();
await queueLength();

async function start(...what: Parameters<typeof startScript>): Promise<Child> {
  const child = await startScript(...what);
  ends.defer(() => child.stop());
  return child;
}

async function addServer(name: string, checkout: string, store: string): Promise<void> {
  const child = await startPatchbay(checkout, {
    PATCHBAY_STORE_URL: store,
    XPACK_ACTIONS_QUEUED_MAX: '1000000',
  });
  ends.defer(() => child.stop());
  servers.push({ name, child, connectorId: await createWebhook(child.url, target) });
}

async function candidates(): Promise<Candidate[]> {
  const found: Candidate[] = servers.map(({ name, child, connectorId }) => ({
    name,
    deliver: (size) => loadOf(size, child, () => enqueue(child.url, connectorId, size)),
  }));
  if (isAsked('undici')) {
    const loop = await start(script('undici-loop'), [target]);
    const deliver = (size: number) => loadOf(size, loop, () => ask(`${loop.url}/run?count=${size}`));
    found.push({ name: 'undici, nothing kept', deliver });
  }
  if (isAsked('graphile')) {
    const worker = await start(script('graphile-worker'), [await postgres.newDatabase('graphile')]);
    found.push({ name: 'graphile-worker, no-op jobs', deliver: (size) => jobs(worker, size) });
  }
  if (isAsked('alertmanager')) {
    const version = alertmanagerVersion();
    if (version === undefined)
      console.log('\nSKIPPED: Alertmanager (apt-get install prometheus-alertmanager)\n');
    else found.push({ name: `Alertmanager ${version}`, deliver: alerts });
  }
  return found;
}

/** From the first request to the last arrival. */
async function loadOf(size: number, child: Pick<Child, 'process'>, enqueue: () => Promise<unknown>) {
  await ask(`${receiver.url}/reset`);
  const cpuBefore = cpuMicroseconds(child);
  const postgresBefore = postgresMicroseconds();
  const startedAt = process.hrtime.bigint();
  const [{ lastAt }] = await Promise.all([ask<Received>(`${receiver.url}/after?count=${size}`), enqueue()]);
  await wait(IDLE_MS);
  return {
    perSecond: size / seconds(startedAt, BigInt(lastAt)),
    cpu: (cpuMicroseconds(child) - cpuBefore) / size,
    postgresCpu: (postgresMicroseconds() - postgresBefore) / size,
  };
}

async function enqueue(url: string, connectorId: string, size: number): Promise<void> {
  for (let from = 0; from < size; from += ENQUEUED_AT_ONCE) {
    const deliveries = Array.from({ length: Math.min(ENQUEUED_AT_ONCE, size - from) }, (_, index) => ({
      connector_id: connectorId,
      params: { body: alertBody(from + index) },
    }));
    await call(`${url}/api/patchbay/deliveries`, { deliveries });
  }
}

/** A new one each time: its groups stay, and weigh, long after they have been told of. */
async function alerts(size: number): Promise<Load> {
  const alertmanager = await startAlertmanager(target);
  try {
    return await loadOf(size, alertmanager, () => alertmanager.enqueue(size));
  } finally {
    await alertmanager.stop();
  }
}

async function jobs(worker: Child, size: number): Promise<Load> {
  const { seconds: lasted } = await ask<{ seconds: number }>(`${worker.url}/run?count=${size}`);
  return { perSecond: size / lasted };
}

async function throughput(all: readonly Candidate[]): Promise<void> {
  for (const { deliver } of all) await deliver(WARM_UP);
  const loads: Map<string, Load>[] = [];
  for (let round = 0; round < rounds; round++) {
    const byName = new Map<string, Load>();
    // The order turns, so that nobody always runs after the same one.
    for (const offset of all.keys()) {
      const { name, deliver } = all[(round + offset) % all.length] as Candidate;
      byName.set(name, await deliver(count));
    }
    loads.push(byName);
  }
  console.log(`${count} deliveries, medians of ${rounds} rounds:`);
  for (const { name } of all) console.log(`  ${summary(name, loads, all.at(-1)?.name ?? '')}`);
}

function summary(name: string, loads: readonly Map<string, Load>[], beside: string): string {
  const of = (value: (load: Load) => number | undefined) =>
    median(loads.map((round) => value(round.get(name) as Load) ?? Number.NaN));
  const ratio = median(
    loads.map((round) => (round.get(name)?.perSecond ?? 0) / (round.get(beside)?.perSecond ?? 0)),
  );
  const perSecond = of(({ perSecond }) => perSecond)
    .toFixed(0)
    .padStart(6);
  const cpu = of(({ cpu }) => cpu);
  const shown = Number.isNaN(cpu)
    ? ''
    : `, ${cpu.toFixed(0)} us of CPU, ${of((load) => load.postgresCpu).toFixed(0)} of PostgreSQL's`;
  return `${name.padEnd(28)} ${perSecond}/s, ${ratio.toFixed(2)} x ${beside}${shown}`;
}

/** On an idle system: from the request, or the call, to the arrival of what it asked for. */
async function latency(): Promise<void> {
  console.log(`From enqueue to arrival, ${LATENCIES} times:`);
  for (const { name, child, connectorId } of servers) {
    const params = { body: alertBody(0) };
    await latencyOf(`${name}, over HTTP`, async () => {
      const askedAt = process.hrtime.bigint();
      await call(`${child.url}/api/patchbay/deliveries`, { connector_id: connectorId, params });
      return askedAt;
    });
  }
  const stores = { SQLite: file('engine'), PostgreSQL: await postgres.newDatabase('engine') };
  for (const [name, store] of Object.entries(stores)) {
    const engine = await start(script('engine'), [store, target]);
    await latencyOf(`engine, ${name}`, async () => {
      const { askedAt } = await ask<{ askedAt: string }>(engine.url);
      return BigInt(askedAt);
    });
  }
}

async function latencyOf(name: string, enqueueOne: () => Promise<bigint>): Promise<void> {
  const lasted: number[] = [];
  for (let time = 0; time < LATENCIES; time++) {
    await ask(`${receiver.url}/reset`);
    await wait(IDLE_MS);
    const askedAt = await enqueueOne();
    const { lastAt } = await ask<Received>(`${receiver.url}/after?count=1`);
    lasted.push(seconds(askedAt, BigInt(lastAt)) * 1000);
  }
  lasted.sort((a, b) => a - b);
  const at = (share: number) => lasted[Math.floor(share * lasted.length)]?.toFixed(1);
  console.log(`  ${name.padEnd(28)} p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms`);
}

async function queueLength(): Promise<void> {
  const stores = { SQLite: file('queue'), PostgreSQL: await postgres.newDatabase('queue') };
  for (const [name, url] of Object.entries(stores)) {
    const store = await openStore(parseStoreUrl(url, folder));
    // For the compiler: what is measured first would be the dearest.
    await costAt(store, QUEUES.short[0] ?? 0);
    for (const queued of values.long ? QUEUES.long : QUEUES.short) {
      const { claim, settle } = await costAt(store, queued);
      console.log(
        `${name}, ${queued} queued: a claim ${claim.toFixed(0)} us, a settlement ${settle.toFixed(0)} us`,
      );
    }
    await store.close();
  }
}

async function ask<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

function seconds(from: bigint, to: bigint): number {
  return Number(to - from) / 1e9;
}
