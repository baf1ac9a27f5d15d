/**
 * `npm run bench`: what a run costs over a bare forwarder of the same request, in the same run on the same machine.
 * `npm run bench -- --before DIR` also loads the Patchbay of another checkout. Prints; asserts nothing. See README.md.
 */
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadRuns } from './load-runs.ts';
import { median } from './median.ts';
import { createWebhook, startPatchbay } from './patchbay.ts';
import { type Child, residentMegabytes, startScript } from './processes.ts';

const SECONDS = 4;
const IDLE_MS = 10_000;
const CONNECTIONS = [1, 32];
const body = JSON.stringify({
  params: { body: JSON.stringify({ text: 'disk full on host-1', severity: 'critical' }) },
});

/** One that is loaded: the bare forwarder, or a Patchbay. */
interface Candidate {
  name: string;
  child: Child;
  url: string;
}

interface Load {
  perSecond: number;
  cpuPerRun: number;
}

const { values } = parseArgs({
  options: { before: { type: 'string' }, rounds: { type: 'string', default: '5' } },
});
const rounds = Number(values.rounds);
const checkouts = [
  ...(values.before === undefined ? [] : [{ name: 'before', folder: resolve(values.before) }]),
  { name: 'Patchbay', folder: join(import.meta.dirname, '..') },
];

const children: Child[] = [];
try {
  const receiver = await start(join(import.meta.dirname, 'receiver.ts'));
  const target = `${receiver.url}/hook`;
  const bare = await start(join(import.meta.dirname, 'bare-forwarder.ts'), [target]);
  const candidates = [{ name: 'bare', child: bare, url: `${bare.url}/api/actions/connector/bench/_execute` }];
  for (const { name, folder } of checkouts) candidates.push(await startCandidate(name, folder, target));

  for (const connections of CONNECTIONS) {
    for (const candidate of candidates) await load(candidate, connections, 2);
    const loads: Map<string, Load>[] = [];
    for (let round = 0; round < rounds; round++) {
      const byName = new Map<string, Load>();
      // The order turns, so that nobody always runs after the same one.
      for (const offset of candidates.keys()) {
        const candidate = candidates[(round + offset) % candidates.length] as Candidate;
        byName.set(candidate.name, await load(candidate, connections, SECONDS));
      }
      loads.push(byName);
    }
    console.log(`${connections} connections, medians of ${rounds} rounds:`);
    for (const { name } of candidates) console.log(`  ${summary(name, loads)}`);
  }
  for (const { name, child } of candidates.slice(1)) {
    console.log(`${name}: memory after the load ${megabytes(child)}`);
  }
} finally {
  await Promise.all(children.map((child) => child.stop()));
}

async function start(...script: Parameters<typeof startScript>): Promise<Child> {
  const child = await startScript(...script);
  children.push(child);
  return child;
}

/** The Patchbay of a checkout, with one webhook connector that sends to `target`; prints how it started. */
async function startCandidate(name: string, folder: string, target: string): Promise<Candidate> {
  const startedAt = performance.now();
  const child = await startPatchbay(folder);
  children.push(child);
  await fetch(`${child.url}/api/status`);
  const readyMs = Math.round(performance.now() - startedAt);
  await wait(IDLE_MS);
  console.log(`${name}: first start to first answer ${readyMs} ms, idle memory ${megabytes(child)}`);
  const connector = await createWebhook(child.url, target);
  return { name, child, url: `${child.url}/api/actions/connector/${connector}/_execute` };
}

function summary(name: string, loads: readonly Map<string, Load>[]): string {
  const of = (which: string, value: (load: Load) => number) =>
    loads.map((round) => value(round.get(which) as Load));
  const perSecond = of(name, (load) => load.perSecond);
  const ratio = median(
    of('bare', (load) => load.perSecond).map((bare, round) => (perSecond[round] ?? 0) / bare),
  );
  const cpu = median(of(name, (load) => load.cpuPerRun));
  return `${name.padEnd(8)} ${median(perSecond).toFixed(0).padStart(6)}/s, ratio ${ratio.toFixed(2)}, ${cpu.toFixed(0)} us of CPU a run`;
}

function megabytes(child: Child): string {
  return `${residentMegabytes(child)?.toFixed(0) ?? 'unknown'} MB`;
}

async function load({ url, child }: Candidate, connections: number, duration: number): Promise<Load> {
  const { result, cpuPerRun } = await loadRuns({ child, url, body, connections, duration });
  return { perSecond: result.requests.average, cpuPerRun };
}
