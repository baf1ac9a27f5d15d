/**
 * `node --expose-gc fuzzed-heap.ts [bytes]`: prints, as JSON, the heap's size in bytes after each batch of fuzzed requests to a
 * server in this process. With `bytes`, so much of each request is kept on purpose.
 */
import fc from 'fast-check';
import { requestArbitrary } from './request-arbitrary.ts';
import { testServer } from './test-server.ts';

const BATCHES = 5;
const REQUESTS = 400;
const SEED = 20_260_102;

const kept: unknown[] = [];
const keptBytes = Number(process.argv[2] ?? 0);
const sizes: number[] = [];
const server = await testServer({
  settings: {
    'xpack.actions.allowedHosts': [],
    'logging.root.level': 'off',
    'patchbay.audit.enabled': false,
  },
});
const { body: document } = await server.call('GET', '/api/openapi.json');
const requests = requestArbitrary(document, ['log', 'made', 'made-too', 'other']);
for (let batch = 0; batch < BATCHES; batch++) {
  for (const { method, path, body } of fc.sample(requests, { numRuns: REQUESTS, seed: SEED + batch })) {
    await server.call(method, path, { ...(body !== undefined && { body }) });
    if (keptBytes > 0) kept.push(new Array(keptBytes / 8).fill(kept.length));
  }
  // What only finalizers let go of is gone after the second one.
  for (let n = 0; n < 2; n++) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  sizes.push(process.memoryUsage().heapUsed);
}
await server[Symbol.asyncDispose]();
console.log(JSON.stringify({ sizes, requestsABatch: REQUESTS }));
