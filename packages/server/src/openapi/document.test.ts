import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';

const server = await testServer();
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; $ref?: string }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, unknown>;
}

const { status, headers, body: document } = await call('GET', '/api/openapi.json', { as: null });
const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('GET /api/openapi.json', () => {
  it('answers everybody with JSON', () => {
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
  });

  it('names every operation once, and its path’s parameters', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids).toEqual([...new Set(ids)]);
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });

  it('asks for kbn-xsrf where something may change', () => {
    for (const { method, operation } of operations) {
      const asks = operation.parameters?.some(({ $ref }) => $ref === '#/components/parameters/kbn-xsrf');
      expect([method, asks ?? false]).toEqual([method, method !== 'get']);
    }
  });

  it('refers to nothing that is not in it', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"(#[^"]*)"/g)].map(
      ([, found]) => found ?? '',
    );
    expect(refs.length).toBeGreaterThan(50);
    for (const found of new Set(refs)) expect([found, resolve(found)]).toEqual([found, expect.any(Object)]);
  });

  it('holds valid JSON Schema only', () => {
    const ajv = new Ajv2020({ strict: false });
    const inBodies = operations.flatMap(
      ({ operation }) => operation.requestBody?.content['application/json'] ?? [],
    );
    const schemas = [
      ...Object.values<object>(document.components.schemas),
      ...inBodies.map(({ schema }) => schema),
    ];
    expect(schemas.length).toBeGreaterThan(40);
    for (const schema of schemas) expect([schema, ajv.validateSchema(schema)]).toEqual([schema, true]);
  });

  it('has what every built-in type takes, with its secrets write-only', () => {
    for (const type of ['webhook', 'slack', 'server-log', 'index']) {
      for (const part of ['config', 'secrets', 'params']) {
        expect(document.components.schemas).toHaveProperty([`${type}_${part}`]);
      }
    }
    const secrets = document.components.schemas.slack_secrets;
    expect(secrets).toMatchObject({ writeOnly: true, properties: { webhookUrl: { writeOnly: true } } });
  });

  it('keeps what routes refuse: a space’s colour, unknown keys', () => {
    const { schema } = document.paths['/api/spaces/space'].post.requestBody.content['application/json'];
    expect(schema).toMatchObject({
      required: ['id', 'name'],
      additionalProperties: false,
      properties: { color: { type: 'string', pattern: '^#[a-zA-Z0-9]{6}$' } },
    });
  });
});

function resolve(ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], document);
}
