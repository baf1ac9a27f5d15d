import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { braveSearch } from './brave-search.ts';

const vendor = (key = 'k3y'): Vendor => ({
  origin: 'https://api.search.brave.com',
  secrets: { authType: 'api_key_header', 'X-Subscription-Token': key },
  answer({ url, headers }) {
    const { pathname, searchParams } = new URL(url, 'https://api.search.brave.com');
    const refuse = (status: number, detail: string) =>
      json({ type: 'ErrorResponse', error: { status, detail } }, status);
    if (headers['x-subscription-token'] !== 'k3y')
      return refuse(422, 'The provided subscription token is invalid.');
    if (pathname !== '/res/v1/web/search' || headers.accept !== 'application/json') return { status: 404 };
    const q = searchParams.get('q');
    if (q === 'often') return refuse(429, 'Request rate limit exceeded for plan.');
    return json({
      type: 'search',
      query: { original: q },
      ...(q !== 'nothing' && { web: { results: [{ title: 'T' }] } }),
    });
  },
});

describe('.brave-search', () => {
  it.each<[string, object, string, unknown]>([
    [
      'webSearch',
      { q: 'a & b' },
      '?q=a+%26+b&count=10&offset=0',
      { query: { original: 'a & b' }, results: [{ title: 'T' }], type: 'search' },
    ],
    [
      'webSearch',
      { q: 'nothing', count: 1, offset: 2 },
      '?q=nothing&count=1&offset=2',
      { query: { original: 'nothing' }, results: [], type: 'search' },
    ],
    ['test', {}, '?q=test&count=1', { ok: true, message: 'Successfully connected to Brave Search API' }],
  ])('%s %j', async (subAction, input, query, data) => {
    const { result, sent, sensitiveHeaders } = await runSpec(braveSearch, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(sent).toEqual([['GET', `/res/v1/web/search${query}`]]);
    expect(sensitiveHeaders).toEqual(['X-Subscription-Token']);
  });

  it('tells the vendor’s reason', async () => {
    expect((await runSpec(braveSearch, vendor('other'), 'test')).result).toMatchObject({
      message: 'Request failed with status code 422: The provided subscription token is invalid.',
      retry: false,
    });
    expect((await runSpec(braveSearch, vendor(), 'webSearch', { q: 'often' })).result).toMatchObject({
      message: 'Request failed with status code 429: Request rate limit exceeded for plan.',
      retry: true,
    });
  });

  it.each([
    [{ q: '' }, 'q'],
    [{ q: 'x'.repeat(401) }, 'q'],
    [{ q: 'a', count: 21 }, 'count'],
    [{ q: 'a', offset: 10 }, 'offset'],
  ])('refuses %j', async (input, field) => {
    await expect(runSpec(braveSearch, vendor(), 'webSearch', input)).rejects.toThrow(
      `at subActionParams.${field}`,
    );
  });
});
