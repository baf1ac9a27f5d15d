/**
 * Jobs that do nothing through graphile-worker, with its local queue and its batched completion. Usage: graphile-worker.ts
 * <database url>. Prints its URL; `/run?count=N` is answered with how long so many jobs, added before, took.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';

const CONCURRENT = 24;
const LOCAL_QUEUE = 500;

const connectionString = process.argv[2] ?? '';
const logger = new Logger(() => () => {});
const utils = await makeWorkerUtils({ connectionString, logger });
await utils.migrate();

async function runJobs(count: number): Promise<number> {
  await utils.addJobs(Array.from({ length: count }, () => ({ identifier: 'nothing', payload: {} })));
  let done = 0;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const startedAt = performance.now();
  const runner = await run({
    preset: {
      worker: {
        connectionString,
        concurrentJobs: CONCURRENT,
        localQueue: { size: LOCAL_QUEUE },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    logger,
    noHandleSignals: true,
    taskList: {
      nothing: async () => {
        done++;
        if (done === count) end();
      },
    },
  });
  await ended;
  await runner.stop();
  return (performance.now() - startedAt) / 1000;
}

const server = createServer(async (request, response) => {
  const count = Number(/count=(\d+)/.exec(request.url ?? '')?.[1]);
  response.end(JSON.stringify({ seconds: await runJobs(count) }));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await utils.release();
});
