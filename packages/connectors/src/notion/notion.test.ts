import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { notion } from './notion.ts';

const refuse = (status: number, code: string, message: string) =>
  json({ object: 'error', status, code, message }, status);

const vendor = (token = 'ntn_1'): Vendor => ({
  origin: 'https://api.notion.com',
  secrets: { authType: 'bearer', token },
  answer({ method, url, headers, body }) {
    if (headers.authorization !== 'Bearer ntn_1') return refuse(401, 'unauthorized', 'API token is invalid.');
    if (headers['notion-version'] !== '2025-09-03')
      return refuse(400, 'missing_version', 'Notion-Version header should be defined.');
    if (url.includes('not-shared')) return refuse(404, 'object_not_found', 'Could not find page.');
    if (method === 'POST') {
      const { page_size: size, filter } = JSON.parse(body);
      if (size > 100 || filter === 1) return refuse(400, 'validation_error', 'body failed validation.');
    }
    return json({ at: url });
  },
});

const ID = 'a1b2c3d4-5678-90ab-cdef-1234567890ab';

describe('.notion', () => {
  it.each<[string, object, unknown[]]>([
    [
      'searchPageOrDSByTitle',
      { query: 'Run "book"', queryObjectType: 'page' },
      [
        'POST',
        '/v1/search',
        '{"query":"Run \\"book\\"","filter":{"value":"page","property":"object"},"page_size":10}',
      ],
    ],
    [
      'searchPageOrDSByTitle',
      { query: '', queryObjectType: 'data_source', startCursor: 'c', pageSize: 100 },
      [
        'POST',
        '/v1/search',
        '{"query":"","filter":{"value":"data_source","property":"object"},"start_cursor":"c","page_size":100}',
      ],
    ],
    ['getPage', { pageId: ID }, ['GET', `/v1/pages/${ID}`]],
    ['getPage', { pageId: '../users' }, ['GET', '/v1/pages/..%2Fusers']],
    ['getDataSource', { dataSourceId: ID }, ['GET', `/v1/data_sources/${ID}`]],
    ['queryDataSource', { dataSourceId: ID }, ['POST', `/v1/data_sources/${ID}/query`, '{"page_size":10}']],
    [
      'queryDataSource',
      { dataSourceId: ID, filter: '{"property":"Done","checkbox":{"equals":true}}', startCursor: 'c' },
      [
        'POST',
        `/v1/data_sources/${ID}/query`,
        '{"page_size":10,"start_cursor":"c","filter":{"property":"Done","checkbox":{"equals":true}}}',
      ],
    ],
  ])('%s %j', async (subAction, input, request) => {
    const { result, sent } = await runSpec(notion, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { at: request[1] } });
    expect(sent).toEqual([request]);
  });

  it('says whether the secret is good, and Notion’s reason', async () => {
    expect((await runSpec(notion, vendor(), 'test')).result.data).toEqual({
      ok: true,
      message: 'Successfully connected to Notion API',
    });
    expect((await runSpec(notion, vendor('other'), 'test')).result).toMatchObject({
      message: 'Request failed with status code 401: API token is invalid.',
      retry: false,
    });
    expect((await runSpec(notion, vendor(), 'getPage', { pageId: 'not-shared' })).result.message).toBe(
      'Request failed with status code 404: Could not find page.',
    );
  });

  it.each([
    ['queryDataSource', { dataSourceId: ID, filter: '{"property":' }, 'filter'],
    ['queryDataSource', { dataSourceId: ID, pageSize: 101 }, 'pageSize'],
    ['searchPageOrDSByTitle', { query: 'a', queryObjectType: 'database' }, 'queryObjectType'],
    ['getPage', { pageId: '' }, 'pageId'],
  ])('%s refuses %j', async (subAction, input, field) => {
    await expect(runSpec(notion, vendor(), subAction, input)).rejects.toThrow(`at subActionParams.${field}`);
  });
});
