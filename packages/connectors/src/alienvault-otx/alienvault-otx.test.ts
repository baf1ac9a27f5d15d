import { hostileText } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { alienvaultOtx } from './alienvault-otx.ts';

const PULSE = {
  id: 'p1',
  name: 'P',
  author_name: 'ann',
  created: 'c',
  modified: 'm',
  tags: [],
  indicators: [],
};

const vendor = (key = 'k3y'): Vendor => ({
  origin: 'https://otx.alienvault.com',
  secrets: { authType: 'api_key_header', 'X-OTX-API-KEY': key },
  answer({ url, headers }) {
    if (headers['x-otx-api-key'] !== 'k3y') return json({ detail: 'Authentication required' }, 403);
    const { pathname } = new URL(url, 'https://otx.alienvault.com');
    if (pathname === '/api/v1/pulses/subscribed') return json({ count: 1, results: [PULSE], next: null });
    if (pathname === '/api/v1/pulses/p1') return json(PULSE);
    if (/^\/api\/v1\/indicators\/[^/]+\/[^/]+\/pulses$/.test(pathname))
      return json({ count: 1, results: [PULSE] });
    if (/^\/api\/v1\/indicators\/[^/]+\/[^/]+\/[^/]+$/.test(pathname))
      return json({ pulse_info: { count: 2 } });
    return json({ error: 'endpoint not found' }, 404);
  },
});

describe('.alienvault-otx', () => {
  it.each<[string, object, string, unknown]>([
    [
      'getIndicator',
      { indicatorType: 'url', indicator: 'http://a.example/?b=c' },
      '/api/v1/indicators/url/http%3A%2F%2Fa.example%2F%3Fb%3Dc/general',
      { indicator: 'http://a.example/?b=c', type: 'url', data: { pulse_info: { count: 2 } } },
    ],
    [
      'getIndicator',
      { indicatorType: 'IPv4', indicator: '203.0.113.7', section: 'malware' },
      '/api/v1/indicators/IPv4/203.0.113.7/malware',
      { indicator: '203.0.113.7', type: 'IPv4', data: { pulse_info: { count: 2 } } },
    ],
    [
      'searchPulses',
      { query: 'a&b', limit: 5 },
      '/api/v1/pulses/subscribed?q=a%26b&page=1&limit=5',
      { count: 1, results: [PULSE], next: null },
    ],
    [
      'searchPulses',
      {},
      '/api/v1/pulses/subscribed?page=1&limit=20',
      { count: 1, results: [PULSE], next: null },
    ],
    [
      'getPulse',
      { pulseId: 'p1' },
      '/api/v1/pulses/p1',
      { id: 'p1', name: 'P', author: 'ann', created: 'c', modified: 'm', tags: [], indicators: [] },
    ],
    [
      'getRelatedPulses',
      { indicatorType: 'domain', indicator: 'a.example' },
      '/api/v1/indicators/domain/a.example/pulses',
      { indicator: 'a.example', count: 1, pulses: [PULSE] },
    ],
    [
      'test',
      {},
      '/api/v1/pulses/subscribed?limit=1',
      { ok: true, message: 'Successfully connected to AlienVault OTX API' },
    ],
  ])('%s %j', async (subAction, input, url, data) => {
    const { result, sent, sensitiveHeaders } = await runSpec(alienvaultOtx, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(sent).toEqual([['GET', url]]);
    expect(sensitiveHeaders).toEqual(['X-OTX-API-KEY']);
  });

  it('tells the vendor’s reason', async () => {
    expect((await runSpec(alienvaultOtx, vendor('other'), 'test')).result.message).toBe(
      'Request failed with status code 403: Authentication required',
    );
  });

  it('asks for the indicator that it is given and for no other resource, whatever it is', async () => {
    const texts = hostileText({ maxLength: 100 }).filter((text) => !['.', '..'].includes(text));
    await fc.assert(
      fc.asyncProperty(texts, async (indicator) => {
        const input = { indicatorType: 'domain', indicator };
        const { received } = await runSpec(alienvaultOtx, vendor(), 'getRelatedPulses', input);
        const segments = received[0]?.url.split('/').map(decodeURIComponent) ?? [];
        expect(segments.slice(4)).toEqual(['domain', indicator.toWellFormed(), 'pulses']);
      }),
      { numRuns: 25 },
    );
    const { result, received } = await runSpec(alienvaultOtx, vendor(), 'getPulse', { pulseId: '..' });
    expect([result.message, received]).toEqual(['".." cannot be part of a path', []]);
  });

  it.each([
    ['getIndicator', { indicatorType: 'CVE', indicator: 'x' }, 'indicatorType'],
    ['getIndicator', { indicatorType: 'url', indicator: 'x'.repeat(2049) }, 'indicator'],
    ['searchPulses', { limit: 101 }, 'limit'],
  ])('%s refuses %j', async (subAction, input, field) => {
    await expect(runSpec(alienvaultOtx, vendor(), subAction, input)).rejects.toThrow(
      `at subActionParams.${field}`,
    );
  });
});
