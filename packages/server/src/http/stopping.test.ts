import { connect, type Socket } from 'node:net';
import { standIn } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { type TestServer, testServer } from '../testing/test-server.ts';

const AUTHORIZATION = `authorization: Basic ${btoa('elastic:changeme')}`;

/** A connection that stays, what came over it, and when it ended. */
function connection(server: TestServer) {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  const ended = new Promise<string>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
  return { socket, ended };
}

const flushed = (socket: Socket, bytes: string) => new Promise((resolve) => socket.write(bytes, resolve));

it('gives the run in flight its answer, a request that arrives meanwhile a 503, and closes both connections', async () => {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await using vendor = await standIn(async () => {
    arrived.resolve();
    await release.promise;
    return {};
  });
  await using server = await testServer();
  await server.call('POST', '/api/actions/connector/hook', {
    body: { name: 'h', connector_type_id: '.webhook', config: { url: vendor.url, hasAuth: false } },
  });
  const running = connection(server);
  const body = '{"params":{"body":"x"}}';
  await flushed(
    running.socket,
    `POST /api/actions/connector/hook/_execute HTTP/1.1\r\nhost: x\r\n${AUTHORIZATION}\r\nkbn-xsrf: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await arrived.promise;
  const silent = connection(server);
  const late = connection(server);
  await flushed(late.socket, `GET /api/actions/connectors HTTP/1.1\r\nhost: x\r\n${AUTHORIZATION}\r\n`);
  // One request over another connection is answered: the half one before it has been read.
  await server.call('GET', '/livez');

  const stopped = server.stop();
  late.socket.write('\r\n');
  const refused = await late.ended;
  expect(refused).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n/);
  expect(refused).toMatch(/^connection: close\r$/im);
  expect(refused).toMatch(/^kbn-name: patchbay\r$/m);
  expect(JSON.parse(refused.split('\r\n\r\n')[1] ?? '')).toEqual({
    statusCode: 503,
    error: 'Service Unavailable',
    message: 'The server is stopping',
  });
  // As long as the others are borne with.
  await silent.ended;
  release.resolve();
  const answer = await running.ended;
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(answer).toMatch(/^connection: close\r$/im);
  expect(answer).toContain('{"connector_id":"hook","status":"ok","data":"x"}');
  await stopped;
});

it('answers whatever it has done, to clients that keep their connections busy', async () => {
  await using server = await testServer();
  const acknowledged = new Set<string>();
  const clients = Array.from({ length: 8 }, async (_, client) => {
    for (let n = 0; ; n++) {
      const id = `c${client}-${n}`;
      const answer = await server
        .call('POST', `/api/actions/connector/${id}`, {
          body: { name: id, connector_type_id: '.server-log' },
        })
        .catch(() => undefined);
      if (answer?.status !== 200) return answer?.status;
      acknowledged.add(id);
    }
  });
  while (acknowledged.size < 100) await new Promise(setImmediate);
  await server.stop();
  for (const status of await Promise.all(clients)) expect([503, undefined]).toContain(status);

  await using again = await testServer({ dataPath: server.dataPath });
  const { body } = await again.call('GET', '/api/actions/connectors');
  expect(body.map(({ id }: { id: string }) => id).filter((id: string) => !acknowledged.has(id))).toEqual([]);
});

it('does not wait for a connection over which nothing was ever sent', async () => {
  await using server = await testServer();
  const silent = connection(server);
  await new Promise((resolve) => silent.socket.once('connect', resolve));
  await server.call('GET', '/livez');
  const before = Date.now();
  await server.stop();
  expect(Date.now() - before).toBeLessThan(5000);
  await silent.ended;
});
