import { expect, it } from 'vitest';
import { standIn } from '../testing/index.ts';
import { nodeTransport } from '../testing/node-transport.ts';
import { createHttpClient } from './client.ts';
import { ResponseError } from './errors.ts';
import { jsonAnswer } from './json-answer.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

async function read(body: string, headers: Record<string, string>, required: string[] = []) {
  await using vendor = await standIn(() => ({ headers, body }));
  const client = createHttpClient({
    transport: nodeTransport,
    signal: new AbortController().signal,
    userAgent: 'test',
  });
  return jsonAnswer(await client.get(vendor.url), { method: 'get', url: 'http://vendor/x' }, required);
}

it.each<[string, string[], unknown]>([
  ['{"id":1,"other":2}', ['id'], { id: 1, other: 2 }],
  ['{"id":null}', ['id'], { id: null }],
  ['[1]', [], [1]],
  ['', [], {}],
])('reads %s in which %j has to be', async (body, required, expected) => {
  expect(await read(body, JSON_TYPE, required)).toEqual(expected);
});

it.each<[string, Record<string, string>, string[], string]>([
  [
    '{}',
    { 'content-type': 'text/html' },
    [],
    'Unsupported content type: text/html in get http://vendor/x. Supported content types: application/json',
  ],
  [
    '{}',
    {},
    [],
    'Unsupported content type: undefined in get http://vendor/x. Supported content types: application/json',
  ],
  ['no JSON', JSON_TYPE, [], 'Response is not a valid JSON'],
  ['{"id":1}', JSON_TYPE, ['id', 'key'], 'Response is missing at least one of the expected fields: id,key'],
  ['', JSON_TYPE, ['id'], 'Response is missing at least one of the expected fields: id'],
])('refuses %s with %j in which %j has to be', async (body, headers, required, message) => {
  await expect(read(body, headers, required)).rejects.toEqual(new ResponseError(message));
});
