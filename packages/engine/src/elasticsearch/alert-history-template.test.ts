import { type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { logLines, testEgress } from '../testing/index.ts';
import { createAlertHistoryTemplate } from './alert-history-template.ts';
import { createElasticsearch } from './elasticsearch.ts';

const path = '/_index_template/kibana-alert-history-template';

/** What the node is asked, and what is logged, when it answers one after the other with these. */
async function run(...answers: StandInAnswer[]) {
  const { lines, logger } = logLines();
  await using node = await standIn(() => answers.shift() ?? { status: 500 });
  const elasticsearch = createElasticsearch(
    { hosts: [node.url], requestTimeoutMs: 5000, customHeaders: {}, tls: {} },
    { egress: testEgress(), now: () => new Date(0) },
  );
  await createAlertHistoryTemplate(elasticsearch, logger('actions'), new AbortController().signal);
  return {
    asked: node.received.map(({ method, url }) => `${method} ${url}`),
    body: node.received[1]?.body,
    logged: lines.map(({ level, message }) => `${level}: ${message}`),
  };
}

const refusal = { status: 400, body: '{"error":{"type":"illegal_argument_exception"}}' };

it('leaves a template that is there as it is', async () => {
  expect(await run({ status: 200 })).toMatchObject({ asked: [`HEAD ${path}`], logged: [] });
});

it('creates the template where there is none', async () => {
  const { asked, body, logged } = await run({ status: 404 }, { status: 200, body: '{"acknowledged":true}' });
  expect([asked, logged]).toEqual([[`HEAD ${path}`, `PUT ${path}?create=true`], []]);
  expect(JSON.parse(body ?? '')).toMatchObject({
    index_patterns: ['kibana-alert-history-*'],
    template: { settings: { number_of_shards: 1, auto_expand_replicas: '0-1' } },
  });
});

it('has nothing to say when another process created it in the meantime', async () => {
  expect((await run({ status: 404 }, refusal, { status: 200 })).logged).toEqual([]);
});

it.each([
  [[{ status: 404 }, refusal, { status: 404 }], 'error creating index template: illegal_argument_exception'],
  [[{ status: 503 }], 'error checking existence of index template: Response Error: HTTP status 503'],
])('only logs what went wrong: %j', async (answers, reason) => {
  expect((await run(...answers)).logged).toEqual([
    `error: Could not initialize alert history index with mappings: ${reason}.`,
  ]);
});
