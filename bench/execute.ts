/**
 * `npm run bench`: what a run costs over a bare forwarder of the same request, in the same run on the same machine.
 * Prints; asserts nothing. See README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import autocannon from 'autocannon';
import { type Child, residentMegabytes, startScript } from './processes.ts';

const ROUNDS = 5;
const SECONDS = 4;
const CONNECTIONS = [1, 32];
const PASSWORD = 'bench-password';
const authorization = `Basic ${Buffer.from(`elastic:${PASSWORD}`).toString('base64')}`;
const body = JSON.stringify({
  params: { body: JSON.stringify({ text: 'disk full on host-1', severity: 'critical' }) },
});

const data = mkdtempSync(join(tmpdir(), 'patchbay-bench-'));
const children: Child[] = [];
try {
  const receiver = await start('receiver.ts');
  const bare = await start('bare-forwarder.ts', [`${receiver.url}/hook`]);
  const startedAt = performance.now();
  const patchbay = await start('../packages/server/src/main.ts', [], {
    SERVER_PORT: '0',
    PATH_DATA: data,
    ELASTIC_PASSWORD: PASSWORD,
  });
  await fetch(`${patchbay.url}/api/status`);
  console.log(`first start to first answer: ${Math.round(performance.now() - startedAt)} ms`);
  await wait(5000);
  console.log(`idle memory: ${residentMegabytes(patchbay)?.toFixed(0) ?? 'unknown'} MB`);

  const connector = await createWebhook(patchbay.url, `${receiver.url}/hook`);
  const path = `/api/actions/connector/${connector}/_execute`;
  for (const connections of CONNECTIONS) {
    const rounds: { bare: number; patchbay: number }[] = [];
    await load(bare.url + path, connections, 2);
    await load(patchbay.url + path, connections, 2);
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        bare: await load(bare.url + path, connections, SECONDS),
        patchbay: await load(patchbay.url + path, connections, SECONDS),
      });
    }
    const ratio = median(rounds.map((round) => round.patchbay / round.bare));
    console.log(
      `${String(connections).padStart(2)} connections: bare ${median(rounds.map((round) => round.bare)).toFixed(0)}/s, ` +
        `Patchbay ${median(rounds.map((round) => round.patchbay)).toFixed(0)}/s, ratio ${ratio.toFixed(2)} (median of ${ROUNDS} pairs)`,
    );
  }
  console.log(`memory after the load: ${residentMegabytes(patchbay)?.toFixed(0) ?? 'unknown'} MB`);
} finally {
  await Promise.all(children.map((child) => child.stop()));
  rmSync(data, { recursive: true });
}

async function start(script: string, args?: string[], env?: NodeJS.ProcessEnv): Promise<Child> {
  const child = await startScript(join(import.meta.dirname, script), args, env);
  children.push(child);
  return child;
}

async function createWebhook(url: string, target: string): Promise<string> {
  const response = await fetch(`${url}/api/actions/connector`, {
    method: 'POST',
    headers: { authorization, 'kbn-xsrf': 'bench', 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'bench',
      connector_type_id: '.webhook',
      config: { url: target, headers: { 'Content-Type': 'application/json' } },
      secrets: { user: 'bench', password: 'password' },
    }),
  });
  const { id } = (await response.json()) as { id: string };
  return id;
}

/** Runs per second. Throws when a run did not end well: a fast error is no result. */
async function load(url: string, connections: number, duration: number): Promise<number> {
  const result = await autocannon({
    url,
    connections,
    duration,
    method: 'POST',
    headers: { authorization, 'kbn-xsrf': 'bench', 'content-type': 'application/json' },
    body,
    verifyBody: (answer) => String(answer).includes('"status":"ok"'),
  });
  const failed = result.errors + result.non2xx + (result.mismatches ?? 0);
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} runs failed at ${url}`);
  return result.requests.average;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
