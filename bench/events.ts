/**
 * `npm run bench:events`: what the event log is asked while runs go on, with a million events in it and with none, and what a run
 * costs with both. `--count N` fills in another number. Prints; asserts nothing. See README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fillEventLog } from './fill-event-log.ts';
import { loadRuns } from './load-runs.ts';
import { createWebhook, headers, startPatchbay } from './patchbay.ts';
import { type Child, cpuMicroseconds, startScript } from './processes.ts';

const CONNECTIONS = 4;
/** A second: enough to be seen, and far from what a server can do, so that latencies are not those of a queue. */
const RUNS = 100;
const body = JSON.stringify({ params: { body: '{"text":"disk full on host-1"}' } });

interface Question {
  name: string;
  method?: 'POST';
  path: string;
  body?: object;
}

const logs = '/internal/actions/_global_connector_execution_logs';
const kpi = '/internal/actions/_global_connector_execution_kpi';
const questions: Question[] = [
  { name: 'newest 100 of a connector', path: '/api/patchbay/events?connector_id=filled-7' },
  { name: 'newest 100 failures', path: '/api/patchbay/events?outcome=failure' },
  { name: 'execution log, last day', method: 'POST', path: logs, body: { date_start: 'now-1d' } },
  { name: 'execution log, 90 days', method: 'POST', path: logs, body: { date_start: 'now-90d' } },
  {
    name: 'execution log, 90 days, a rare text',
    method: 'POST',
    path: logs,
    body: { date_start: 'now-90d', filter: 'error.message: "out of cheese"' },
  },
  { name: 'KPI, 90 days', method: 'POST', path: kpi, body: { date_start: 'now-90d' } },
  { name: 'failure rate, last day', path: '/api/patchbay/connectors/_failure_rate' },
  { name: 'failure rate, 90 days', path: '/api/patchbay/connectors/_failure_rate?from=now-90d' },
];

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seconds: { type: 'string', default: '5' } },
});
const count = Number(values.count);
const seconds = Number(values.seconds);

const folder = mkdtempSync(join(tmpdir(), 'patchbay-bench-events-'));
const children: Child[] = [];
try {
  const receiver = await startScript(join(import.meta.dirname, 'receiver.ts'));
  children.push(receiver);
  const file = join(folder, 'filled.sqlite');
  const begun = performance.now();
  await fillEventLog(file, count);
  console.log(`${count} events filled in, ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  for (const [name, store] of [
    ['empty', join(folder, 'empty.sqlite')],
    ['filled', file],
  ] as const) {
    const child = await startPatchbay(join(import.meta.dirname, '..'), {
      PATCHBAY_STORE_URL: `sqlite:${store}`,
    });
    children.push(child);
    const connector = await createWebhook(child.url, `${receiver.url}/hook`);
    const url = `${child.url}/api/actions/connector/${connector}/_execute`;
    await runs(child, url, 5);
    const alone = await runs(child, url, seconds);
    console.log(`${name}: runs alone ${shown(alone)}, ${alone.cpu.toFixed(0)} us of CPU a run`);
    for (const question of questions) {
      const stop = new AbortController();
      const asking = ask(child.url, question, stop.signal);
      const before = cpuMicroseconds(child);
      const meanwhile = await runs(child, url, seconds);
      stop.abort();
      const answers = await asking;
      // What runs cost is taken off: what is left is the answers'.
      const cpuMs = (cpuMicroseconds(child) - before - meanwhile.count * alone.cpu) / answers.count / 1000;
      console.log(
        `  ${question.name.padEnd(36)} ${shown(answers)}, ${cpuMs.toFixed(1)} ms of CPU each, ${answers.count} answers; runs meanwhile ${shown(meanwhile)}`,
      );
    }
    await child.stop();
    children.splice(children.indexOf(child), 1);
  }
} finally {
  await Promise.all(children.map((child) => child.stop()));
  rmSync(folder, { recursive: true });
}

interface Latencies {
  p50: number;
  p99: number;
}

/** Asks one after the other. Throws when one is refused: a fast error is no result. */
async function ask(
  url: string,
  { method, path, body: asked }: Question,
  signal: AbortSignal,
): Promise<Latencies & { count: number }> {
  const took: number[] = [];
  while (!signal.aborted) {
    const begun = performance.now();
    const response = await fetch(`${url}${path}`, {
      method: method ?? 'GET',
      headers: { ...headers, 'x-elastic-internal-origin': 'bench' },
      ...(asked !== undefined && { body: JSON.stringify(asked) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
    took.push(performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), count: took.length };
}

async function runs(
  child: Child,
  url: string,
  duration: number,
): Promise<Latencies & { cpu: number; count: number }> {
  const { result, cpuPerRun } = await loadRuns({
    child,
    url,
    body,
    connections: CONNECTIONS,
    overallRate: RUNS,
    duration,
  });
  return {
    p50: result.latency.p50,
    p99: result.latency.p99,
    count: result.requests.total,
    cpu: cpuPerRun,
  };
}

function shown({ p50, p99 }: Latencies): string {
  return `${p50.toFixed(p50 < 10 ? 1 : 0)}/${p99.toFixed(p99 < 10 ? 1 : 0)} ms`;
}
