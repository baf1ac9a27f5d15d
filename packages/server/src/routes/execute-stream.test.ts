import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openSqliteStore } from '@patchbay/engine/store';
import { defineConnectorType, StreamedData } from '@patchbay/kit';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  FIRST_PASSWORD,
  type TestServer,
  temporaryFolder,
  testServer,
  withBuiltIn,
} from '../testing/test-server.ts';

/** Passes on what a vendor says, and counts its bytes as tokens. */
const relay = defineConnectorType({
  id: '.relay',
  name: 'Relay',
  minimumLicense: 'basic',
  features: ['alerting'],
  config: z.strictObject({ url: z.string() }),
  secrets: z.strictObject({}),
  params: z.strictObject({}),
  async execute({ config, http, reportTokenUsage }) {
    const { body } = await http.stream('POST', config.url, { json: {}, isPassedOn: true });
    async function* counted() {
      let total = 0;
      for await (const chunk of body) {
        total += chunk.byteLength;
        yield chunk;
      }
      reportTokenUsage({ prompt: 0, completion: total, total });
    }
    return new StreamedData(counted(), 'text/event-stream');
  },
});

const relayServer = (dataPath?: string) =>
  testServer({
    ...(dataPath !== undefined && { dataPath }),
    types: withBuiltIn(relay),
    settings: {
      'xpack.actions.maxResponseContentLength': 1000,
      'xpack.actions.responseTimeout': 1000,
    },
  });

/** A run, over the API, of a connector to a vendor that answers so. */
async function run(server: TestServer, id: string, vendor: (response: ServerResponse) => void) {
  const sockets = new Set<Socket>();
  const origin = createServer((_, response) => vendor(response));
  origin.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(origin.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/`;
  await server.call('POST', `/api/actions/connector/${id}`, {
    body: { name: id, connector_type_id: '.relay', config: { url } },
  });
  const outgoing = request(`${server.url}/api/actions/connector/${id}/_execute`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`elastic:${FIRST_PASSWORD}`)}`,
      'kbn-xsrf': 'true',
      'content-type': 'application/json',
    },
  });
  outgoing.on('error', () => {});
  outgoing.end('{"params":{}}');
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.on('error', () => {});
  return {
    incoming,
    outgoing,
    /** Connections to the vendor. */
    sockets,
    async [Symbol.asyncDispose]() {
      outgoing.destroy();
      origin.closeAllConnections();
      await new Promise((resolve) => origin.close(resolve));
    },
  };
}

it('bytes arrive as the vendor sends them, with its content type', async () => {
  await using server = await relayServer();
  let vendor: ServerResponse | undefined;
  await using client = await run(server, 'relay', (response) => {
    vendor = response;
    response.write('data: one\n\n');
  });
  expect(client.incoming.headers).toMatchObject({ 'content-type': 'text/event-stream' });
  const [first] = await once(client.incoming, 'data');
  expect(String(first)).toBe('data: one\n\n');
  const rest = text(client.incoming);
  vendor?.end('data: [DONE]\n\n');
  expect(await rest).toBe('data: [DONE]\n\n');
});

it('an answer of any size passes, whose pauses are shorter than the time-out', async () => {
  await using server = await relayServer();
  const size = 1_000_000;
  await using client = await run(server, 'relay', (response) => {
    response.write('x'.repeat(size - 3));
    // Longer in all than the time-out of a second, each pause shorter.
    for (const [at, pause] of [400, 800, 1200].entries()) {
      setTimeout(() => (at === 2 ? response.end('x') : response.write('x')), pause);
    }
  });
  expect((await text(client.incoming)).length).toBe(size);
});

it('a client that goes away closes the vendor’s connection', async () => {
  await using server = await relayServer();
  await using client = await run(server, 'relay', (response) => void response.write('one'));
  await once(client.incoming, 'data');
  expect(client.sockets.size).toBe(1);
  client.outgoing.destroy();
  await vi.waitFor(() => expect(client.sockets.size).toBe(0), { timeout: 1000 });
});

it('a client that does not read holds the vendor back', async () => {
  await using server = await relayServer();
  let written = 0;
  const chunk = Buffer.alloc(64 * 1024);
  await using client = await run(server, 'relay', (response) => {
    const write = () => {
      while (!response.destroyed && written < 200_000_000) {
        written += chunk.byteLength;
        if (!response.write(chunk)) {
          response.once('drain', write);
          return;
        }
      }
    };
    write();
  });
  // Nothing is read here: what is on its way is what sockets and streams hold, however long it is waited for.
  let before = -1;
  await vi.waitFor(
    () => {
      const isStill = written === before;
      before = written;
      expect(isStill).toBe(true);
    },
    { timeout: 10_000, interval: 250 },
  );
  expect(written).toBeLessThan(50_000_000);
  expect(client.incoming.complete).toBe(false);
});

it('the event log tells how each stream ended, and what it counted, after its end', async () => {
  const dataPath = temporaryFolder();
  const server = await relayServer(dataPath);
  {
    await using whole = await run(server, 'whole', (response) => void response.end('12345'));
    expect(await text(whole.incoming)).toBe('12345');
    await using broken = await run(server, 'broken', (response) => {
      response.write('1');
      setImmediate(() => response.destroy());
    });
    await expect(text(broken.incoming)).rejects.toThrow('aborted');
    await using silent = await run(server, 'silent', (response) => void response.write('1'));
    await expect(text(silent.incoming)).rejects.toThrow('aborted');
    await using left = await run(server, 'left', (response) => void response.write('1'));
    await once(left.incoming, 'data');
    left.outgoing.destroy();
    await vi.waitFor(() => expect(left.sockets.size).toBe(0));
  }
  await server.stop();
  const store = openSqliteStore(join(dataPath, 'patchbay.sqlite'));
  const endOf = async (connectorId: string) =>
    (await store.events.find({ connectorIds: [connectorId] })).find(({ action }) => action === 'execute')
      ?.document;
  expect(await endOf('whole')).toMatchObject({
    event: { outcome: 'success' },
    kibana: {
      action: {
        execution: {
          usage: { request_body_bytes: 2 },
          gen_ai: { usage: { prompt_tokens: 0, completion_tokens: 5, total_tokens: 5 } },
        },
      },
    },
  });
  const message = expect.stringContaining('an error occurred while running the action: ');
  for (const id of ['broken', 'silent', 'left']) {
    expect(await endOf(id)).toMatchObject({ event: { outcome: 'failure' }, error: { message } });
  }
  expect(await endOf('silent')).toMatchObject({
    error: { message: expect.stringContaining('timeout of 1000ms exceeded') },
  });
  await store.close();
});

it('a run that is refused is answered as ever', async () => {
  await using server = await relayServer();
  await using client = await run(server, 'relay', (response) => void response.writeHead(400).end('no'));
  expect(client.incoming.headers['content-type']).toContain('application/json');
  expect(JSON.parse(await text(client.incoming))).toMatchObject({ status: 'error' });
});

it('a stop ends the streams that are under way', async () => {
  const server = await relayServer();
  await using client = await run(server, 'relay', (response) => void response.write('1'));
  await once(client.incoming, 'data');
  const stopped = server.stop();
  await vi.waitFor(() => expect(client.incoming.destroyed || client.incoming.complete).toBe(true), {
    timeout: 20_000,
  });
  await stopped;
});
