import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { shodan } from './shodan.ts';

const vendor = (key = 'the&k3y'): Vendor => ({
  origin: 'https://api.shodan.io',
  secrets: { authType: 'api_key_header', 'X-Api-Key': key },
  answer({ url }) {
    const { pathname, searchParams } = new URL(url, 'https://api.shodan.io');
    if (searchParams.get('key') !== 'the&k3y') return json({ error: 'Please specify a valid API key.' }, 401);
    if (pathname === '/shodan/host/search')
      return searchParams.get('query') === 'net:'
        ? json({ error: 'Invalid search query' }, 400)
        : json({ matches: [{ ip_str: '203.0.113.7' }], total: 1, facets: {}, _id: 'x' });
    if (pathname === '/shodan/host/count') return json({ matches: [], total: 9, facets: { org: [] } });
    if (pathname === '/shodan/services') return json({ 22: 'SSH' });
    if (pathname.startsWith('/shodan/host/'))
      return json({
        ip_str: pathname.split('/')[3],
        ports: [53],
        country_name: 'NL',
        hostnames: [],
        org: 'E',
        data: [],
      });
    return { status: 404 };
  },
});

const KEY = 'key=the%26k3y';

describe('.shodan', () => {
  it.each<[string, object, string, unknown]>([
    [
      'searchHosts',
      { query: 'org:"A & B"' },
      `/shodan/host/search?query=org%3A%22A+%26+B%22&page=1&${KEY}`,
      { matches: [{ ip_str: '203.0.113.7' }], total: 1, facets: {} },
    ],
    [
      'getHostInfo',
      { ip: '203.0.113.7' },
      `/shodan/host/203.0.113.7?${KEY}`,
      { ip: '203.0.113.7', ports: [53], hostnames: [], country: 'NL', org: 'E', data: [] },
    ],
    [
      'countResults',
      { query: 'apache', facets: 'org' },
      `/shodan/host/count?query=apache&facets=org&${KEY}`,
      { total: 9, facets: { org: [] } },
    ],
    ['getServices', {}, `/shodan/services?${KEY}`, { services: { 22: 'SSH' } }],
    [
      'test',
      {},
      `/shodan/host/8.8.8.8?${KEY}`,
      { ok: true, message: 'Successfully connected to Shodan API' },
    ],
  ])('%s %j', async (subAction, input, url, data) => {
    const { result, sent } = await runSpec(shodan, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(sent).toEqual([['GET', url]]);
  });

  it('tells the vendor’s reason, and not the key', async () => {
    const { result } = await runSpec(shodan, vendor('wrong-key'), 'test');
    expect(result.message).toBe('Request failed with status code 401: Please specify a valid API key.');
    expect((await runSpec(shodan, vendor(), 'searchHosts', { query: 'net:' })).result.message).toBe(
      'Request failed with status code 400: Invalid search query',
    );
  });

  it.each([
    ['getHostInfo', { ip: 'search' }, 'ip'],
    ['searchHosts', { query: '' }, 'query'],
    ['searchHosts', { query: 'a', page: 0 }, 'page'],
  ])('%s refuses %j', async (subAction, input, field) => {
    await expect(runSpec(shodan, vendor(), subAction, input)).rejects.toThrow(`at subActionParams.${field}`);
  });
});
