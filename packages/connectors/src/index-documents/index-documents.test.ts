import { createElasticsearch } from '@patchbay/engine/elasticsearch';
import { createRenderer, prepareVariables, ValidationError, validateConfig } from '@patchbay/kit';
import {
  hostileText,
  operatorSettings,
  type StandInAnswer,
  standIn,
  testAction,
} from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testEgress } from '../../../engine/src/testing/index.ts';
import { indexDocuments } from './index-documents.ts';

const now = new Date('2026-01-01T00:00:00.000Z');
const created = { took: 3, errors: false, items: [{ index: { _index: 'test', status: 201 } }] };
const json = (body: unknown, status = 200): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Runs the action against a node that gives this answer. */
async function run({
  config = { index: 'test' },
  params,
  answer = json(created),
}: {
  config?: object;
  params: object;
  answer?: StandInAnswer;
}) {
  const egress = testEgress();
  await using node = await standIn(() => answer);
  const elasticsearch = createElasticsearch(
    { hosts: [node.url], requestTimeoutMs: 5000, customHeaders: {}, tls: {} },
    { egress, now: () => now },
  );
  const tested = await testAction(indexDocuments, { config, params, now, elasticsearch });
  await egress.close();
  return { ...tested, received: node.received };
}

describe('.index', () => {
  it('creates the documents with one bulk request and answers what Elasticsearch says', async () => {
    const { result, received, requestBodyBytes } = await run({
      config: { index: 'test', refresh: true, executionTimeField: 'timestamp' },
      params: { documents: [{ testing: [1, 2, 3] }, { timestamp: 'mine', 'a.b': null }] },
    });
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: created });
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/test/_bulk?refresh=true',
        headers: { 'content-type': 'application/x-ndjson' },
        body: [
          '{"index":{"op_type":"create"}}',
          '{"testing":[1,2,3],"timestamp":"2026-01-01T00:00:00.000Z"}',
          '{"index":{"op_type":"create"}}',
          '{"timestamp":"2026-01-01T00:00:00.000Z","a.b":null}',
          '',
        ].join('\n'),
      },
    ]);
    expect(requestBodyBytes).toBe(0);
  });

  it.each([null, '  '])('stamps no document where the time field is %j', async (executionTimeField) => {
    const { received } = await run({
      config: { index: 'test', executionTimeField },
      params: { documents: [{ a: 1 }] },
    });
    expect(received[0]).toMatchObject({
      url: '/test/_bulk?refresh=false',
      body: '{"index":{"op_type":"create"}}\n{"a":1}\n',
    });
  });

  it('writes to the override, whatever the connector', async () => {
    const { received } = await run({ params: { documents: [{}], indexOverride: 'kibana-alert-history-x' } });
    expect(received[0]?.url).toBe('/kibana-alert-history-x/_bulk?refresh=false');
  });

  it.each([
    [[{ reason: 'no mapping' }, undefined, { reason: 'too old' }], 'no mapping;too old'],
    [
      [
        { reason: 'failed to parse', caused_by: { reason: 'not a number' } },
        { reason: 'b', caused_by: { reason: 'c' } },
      ],
      'failed to parse;b (not a number;c)',
    ],
    [[{ type: 'x' }], 'Indexing error but no reason returned.'],
    [[undefined], 'Indexing error but no reason returned.'],
  ])('gives the reasons of the documents that failed: %j', async (errors, serviceMessage) => {
    const items = errors.map((error) => ({ index: { status: error === undefined ? 201 : 400, error } }));
    const { result, logged } = await run({
      params: { documents: errors.map(() => ({})) },
      answer: json({ took: 1, errors: true, items }),
    });
    expect(result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'error indexing documents',
      serviceMessage,
      errorSource: 'user',
    });
    expect(logged).toEqual([{ level: 'error', message: `error indexing documents: ${serviceMessage}` }]);
  });

  it("gives Elasticsearch's refusal as its official client words it", async () => {
    const cause = { type: 'index_not_found_exception', reason: 'no such index [test]' };
    const { result } = await run({
      params: { documents: [{}] },
      answer: json({ error: { ...cause, root_cause: [cause] }, status: 404 }, 404),
    });
    expect(result).toMatchObject({
      status: 'error',
      message: 'error indexing documents',
      serviceMessage:
        'index_not_found_exception\n\tRoot causes:\n\t\tindex_not_found_exception: no such index [test]',
    });
    expect(result).not.toHaveProperty('retry');
  });

  it('has defaults for all but the index', () => {
    const validation = {
      allowedHosts: testEgress().allowedHosts,
      settings: operatorSettings(),
    };
    expect(validateConfig(indexDocuments, { index: 'x' }, validation)).toEqual({
      index: 'x',
      refresh: false,
      executionTimeField: null,
    });
    expect(indexDocuments.secrets.parse(undefined)).toEqual({});
  });

  it('refuses an index that is no text', async () => {
    await expect(run({ config: { index: 666 }, params: { documents: [] } })).rejects.toThrow(
      new ValidationError(
        'error validating connector type config: ✖ Invalid input: expected string, received number\n  → at index',
      ),
    );
  });

  it.each(['', 'kibana-alert-', 'x'])('refuses to override the index with %j', async (indexOverride) => {
    await expect(run({ params: { documents: [], indexOverride } })).rejects.toThrow(
      new ValidationError(
        'error validating action params: ✖ index must start with "kibana-alert-history-"\n  → at indexOverride',
      ),
    );
  });
});

describe('.index templates', () => {
  const variables = {
    name: '"disk"',
    rule: { type: '.es-query', id: 'r' },
    alert: { id: 'a' },
    suffix: 'x',
  };
  const render = (params: Record<string, unknown>, connectorId: string) =>
    indexDocuments.renderParams(params, createRenderer(prepareVariables(variables)), {
      connectorId,
      variables,
      now: () => now,
    });
  const params = {
    documents: [{ '{{name}}': { deep: ['{{name}}', 1] } }],
    indexOverride: 'kibana-alert-history-{{suffix}}',
  };

  it('are values, not keys, and keep no index override', () => {
    expect(render(params, 'mine')).toEqual({
      documents: [{ '{{name}}': { deep: ['"disk"', 1] } }],
      indexOverride: null,
    });
  });

  it('put a value into the document that arrives, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        const renderer = createRenderer(prepareVariables({ rogue }));
        const documents = [{ text: 'a {{rogue}} b', deep: ['{{{rogue}}}'] }, { next: true }];
        const { received } = await run({ params: indexDocuments.renderParams({ documents }, renderer) });
        const lines = received[0]?.body.split('\n').map((line) => line && JSON.parse(line));
        expect(lines).toHaveLength(5);
        expect(lines?.[1].text === `a ${rogue} b` && lines[1].deep[0] === rogue).toBe(true);
        expect(lines?.[3]).toEqual({ next: true });
      }),
      { numRuns: 50 },
    );
  });

  it('give way to one built document for the alert-history connector, and the override stays', () => {
    expect(render(params, 'preconfigured-alert-history-es-index')).toEqual({
      documents: [
        {
          '@timestamp': '2026-01-01T00:00:00.000Z',
          rule: { id: 'r', type: '.es-query' },
          kibana: { alert: { id: 'a' } },
          event: { kind: 'alert' },
        },
      ],
      indexOverride: 'kibana-alert-history-x',
    });
  });

  it('fail for the alert-history connector when no document can be built', () => {
    expect(() =>
      indexDocuments.renderParams(params, createRenderer(prepareVariables({})), {
        connectorId: 'preconfigured-alert-history-es-index',
        variables: {},
        now: () => now,
      }),
    ).toThrow('error creating alert history document for preconfigured-alert-history-es-index connector');
  });
});
