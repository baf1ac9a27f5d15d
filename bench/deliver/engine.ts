/**
 * The engine with one webhook connector and a worker on a store, for what a call inside the process costs. Usage: engine.ts
 * <store url> <target url>. Prints its URL; a request to it enqueues one delivery and is answered with when that was asked.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectorTypes } from '@patchbay/connectors';
import { openStore, parseStoreUrl } from '@patchbay/engine/store';
import { testEngine } from '@patchbay/engine/testing';
import { createLogger } from '@patchbay/kit';
import { alertBody } from './bodies.ts';

const [storeUrl = '', target = ''] = process.argv.slice(2);
const silent = createLogger(
  () => {},
  () => false,
);
const store = await openStore(parseStoreUrl(storeUrl, '.'));
const engine = await testEngine({ types: connectorTypes, store, logger: () => silent });
const { id: connectorId } = await engine.catalog.create('default', {
  id: undefined,
  typeId: '.webhook',
  name: 'bench',
  config: { url: target, headers: { 'Content-Type': 'application/json' } },
  secrets: { user: 'bench', password: 'password' },
});
await engine.worker.start();

const server = createServer(async (_request, response) => {
  const askedAt = process.hrtime.bigint();
  await engine.delivery.enqueue([
    {
      spaceId: 'default',
      connectorId,
      params: { body: alertBody(0) },
      source: { kind: 'http_request', user: { name: 'elastic', id: 'u1' } },
    },
  ]);
  response.end(JSON.stringify({ askedAt: `${askedAt}` }));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await engine.worker.stop();
  await engine[Symbol.asyncDispose]();
  await store.close();
});
