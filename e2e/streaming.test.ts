import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqliteStore } from '../packages/engine/src/store/index.ts';
import { startCommand } from '../packages/server/src/testing/start-command.ts';
import { killGroup, type Started, start, until } from './checkout.ts';

/** Streams of a language model through the product, as it is started by hand. */

const MB = 1024 * 1024;
const PASSWORD = 'changeme';
const CHUNK = {
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { content: 'x'.repeat(900) } }],
};
const EVENT = Buffer.from(`data: ${JSON.stringify(CHUNK)}\n\n`);
const USAGE = { prompt_tokens: 2, completion_tokens: 100_000, total_tokens: 100_002 };
const END = Buffer.from(
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`,
);

const data = mkdtempSync(join(tmpdir(), 'patchbay-streaming-'));
const sockets = new Set<Socket>();
let server: Started;
let vendor: Server;
let url: string;
/** How the vendor answers next. */
let answer: (response: ServerResponse) => Promise<void>;

beforeAll(async () => {
  vendor = createServer((incoming, response) => {
    incoming.resume();
    response.setHeader('content-type', 'text/event-stream');
    // Whoever is left writes to nobody.
    answer(response).catch(() => {});
  });
  vendor.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(vendor.listen(0, '127.0.0.1'), 'listening');
  const root = join(import.meta.dirname, '..');
  const { flags, env } = startCommand(root);
  server = start(process.execPath, [...flags, 'packages/server/src/main.js'], root, {
    SERVER_PORT: '0',
    PATH_DATA: data,
    ELASTIC_PASSWORD: PASSWORD,
    LOGGING_ROOT_LEVEL: 'debug',
    ...env,
  });
  await until(server.output, () => server.output().includes('is ready'), 20_000);
  url = /URL:\s+(\S+)/.exec(server.output())?.[1] ?? '';
  const created = await post('/api/actions/connector/model', {
    name: 'Model',
    connector_type_id: '.gen-ai',
    config: {
      apiProvider: 'Other',
      apiUrl: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/v1/chat/completions`,
      defaultModel: 'm',
    },
    secrets: { apiKey: 'k' },
  });
  expect(created.statusCode).toBe(200);
  created.resume();
});

afterAll(async () => {
  killGroup(server);
  vendor.closeAllConnections();
  vendor.close();
  await server.exited;
  rmSync(data, { recursive: true });
});

async function post(path: string, body: unknown): Promise<IncomingMessage> {
  const outgoing = request(url + path, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`elastic:${PASSWORD}`)}`,
      'kbn-xsrf': 'true',
      'content-type': 'application/json',
    },
  });
  outgoing.end(JSON.stringify(body));
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return incoming;
}

const stream = () =>
  post('/api/actions/connector/model/_execute', {
    params: {
      subAction: 'stream',
      subActionParams: { body: '{"messages":[{"role":"user","content":"Hi"}]}', stream: true },
    },
  });

/** A stream of at least so many bytes, as fast as it is taken; `sent` is what it is. */
function streamOf(bytes: number, sent = createHash('sha256')) {
  function* events() {
    for (let length = 0; length < bytes; length += EVENT.length) yield EVENT;
    yield END;
  }
  return async (response: ServerResponse) => {
    const noted = function* () {
      for (const event of events()) {
        sent.update(event);
        yield event;
      }
    };
    await pipeline(Readable.from(noted(), { objectMode: false }), response);
  };
}

function residentBytes(): number {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

it.runIf(process.platform === 'linux')(
  '100 MB pass byte for byte, counted, and the process grows by less than 20 MB',
  async () => {
    // The first stream is the dearest, and is so once the process has given back what its start took (docs/decisions/0106).
    await until(server.output, () => server.output().includes('collected memory at rest'), 30_000);
    const grown = [await passed(100 * MB), await passed(100 * MB)];
    console.info(`grew by ${grown.map((bytes) => Math.round(bytes / MB)).join(', ')} MB`);
    expect(Math.max(...grown)).toBeLessThan(20 * MB);
  },
);

/** By how much the process grows while a stream passes, which must arrive as it was sent. */
async function passed(bytes: number): Promise<number> {
  const sent = createHash('sha256');
  answer = streamOf(bytes, sent);
  const before = residentBytes();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes());
  }, 20);
  const received = createHash('sha256');
  let length = 0;
  for await (const chunk of await stream()) {
    received.update(chunk);
    length += chunk.length;
  }
  clearInterval(watch);
  expect(length).toBeGreaterThan(bytes);
  expect(received.digest('hex')).toBe(sent.digest('hex'));
  return most - before;
}

it('a client that goes away has the connection to the vendor closed within a second', async () => {
  answer = async (response) => void response.write(EVENT);
  const incoming = await stream();
  incoming.on('error', () => {});
  await once(incoming, 'data');
  const held = [...sockets].filter((socket) => !socket.destroyed);
  expect(held.length).toBeGreaterThan(0);
  const before = performance.now();
  incoming.destroy();
  await until(
    () => `${sockets.size} connections`,
    () => [...sockets].every((socket) => !held.includes(socket)),
    1000,
  );
  console.info(`closed after ${Math.round(performance.now() - before)} ms`);
});

it('the tokens that the vendor counted are in the event log', async () => {
  answer = streamOf(0);
  (await stream()).resume();
  server.child.kill('SIGTERM');
  await server.exited;
  const store = openSqliteStore(join(data, 'patchbay.sqlite'));
  const events = await store.events.find({ connectorIds: ['model'] });
  await store.close();
  expect(events.map(({ document }) => document)).toContainEqual(
    expect.objectContaining({
      kibana: expect.objectContaining({
        action: expect.objectContaining({
          execution: expect.objectContaining({ gen_ai: { usage: USAGE } }),
        }),
      }),
    }),
  );
});
