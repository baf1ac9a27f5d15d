import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freshCheckout, killGroup, type Started, start, until } from './checkout.ts';

/** The README's tour, executed as it is written, in a checkout where nothing is installed. */

const checkout = freshCheckout();
const servers: Started[] = [];
let terminal: Started | undefined;

afterAll(() => {
  for (const started of [...servers, ...(terminal === undefined ? [] : [terminal])]) killGroup(started);
  checkout.remove();
});

it('takes a newcomer from nothing to a connector that survives kill -9', async () => {
  const blocks = tourBlocks();
  expect(blocks.filter((block) => block === 'npm start')).toHaveLength(2);
  terminal = start('bash', [], checkout.path);
  terminal.child.stdin?.write('set -eu -o pipefail\n');
  let password = '';

  for (const [index, block] of blocks.entries()) {
    if (block === 'npm start') {
      await servers.at(-1)?.exited;
      const output = await startServer();
      password ||= /Password:\s+(\S+)/.exec(output)?.[1] ?? '';
      expect(output.includes('Password:')).toBe(index === 0);
      continue;
    }
    await runBlock(terminal, block, password, index);
  }

  const printed = terminal.output();
  const received = readFileSync(join(checkout.path, 'received.txt'), 'utf8');
  expect(printed).toContain(
    '{"id":"tour","name":"Tour","config":{"url":"http://127.0.0.1:9000/hook","method":"post"',
  );
  expect(printed).toContain(
    '{"connector_id":"tour","status":"ok","data":"{\\"text\\": \\"disk full on host-1\\"}"}',
  );
  expect(printed).toContain('{"connector_id":"tour","status":"ok","data":"{\\"text\\": \\"still here\\"}"}');
  expect(printed).toContain('the secret is nowhere in clear');
  expect(printed).not.toContain('the secret leaked');
  expect(received.split('POST /hook').slice(1)).toHaveLength(2);
  expect(normal(received)).toBe(
    [request('{"text": "disk full on host-1"}'), request('{"text": "still here"}')].join(''),
  );

  const last = servers.at(-1);
  if (last?.child.pid !== undefined) process.kill(-last.child.pid, 'SIGTERM');
  expect(await last?.exited).toBe(0);
});

/** What left, byte for byte, except for the version in the user agent. */
function request(body: string): string {
  return [
    'POST /hook HTTP/1.1',
    'host: 127.0.0.1:9000',
    'connection: keep-alive',
    'Accept: application/json, text/plain, */*',
    'User-Agent: Patchbay/x',
    'Content-Type: application/json',
    `Authorization: Basic ${Buffer.from('patch:open-sesame').toString('base64')}`,
    'Accept-Encoding: gzip, deflate, br, zstd',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

function normal(received: string): string {
  return received.replaceAll(/User-Agent: Patchbay\/\S+/g, 'User-Agent: Patchbay/x');
}

function tourBlocks(): string[] {
  const readme = readFileSync(join(checkout.path, 'README.md'), 'utf8');
  const tour = readme.slice(readme.indexOf('## A five-minute tour'), readme.indexOf('## What works'));
  return [...tour.matchAll(/```bash\n([\s\S]*?)```/g)].map((match) => (match[1] ?? '').trim());
}

async function startServer(): Promise<string> {
  const server = start('npm', ['start'], checkout.path, { PATH: withoutOurNode() });
  servers.push(server);
  await until(
    server.output,
    () => server.output().includes('is ready') || server.child.exitCode !== null,
    480_000,
  );
  return server.output();
}

/** Types a block into the terminal, answers its prompt, and waits until it has run. */
async function runBlock(
  { child, output }: Started,
  block: string,
  password: string,
  index: number,
): Promise<void> {
  for (const line of block.split('\n')) {
    child.stdin?.write(`${line}\n`);
    if (line.startsWith('read ')) child.stdin?.write(`${password}\n`);
  }
  const done = `-- block ${index} done --`;
  child.stdin?.write(`echo '${done}'\n`);
  await until(
    () => `block ${index}: ${output()}`,
    () => {
      if (child.exitCode !== null) throw new Error(`block ${index} failed: ${output()}`);
      return output().includes(done);
    },
    30_000,
  );
}

/** The host's own Node: the one of this checkout must not help the fresh one. */
function withoutOurNode(): string {
  return (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':');
}
