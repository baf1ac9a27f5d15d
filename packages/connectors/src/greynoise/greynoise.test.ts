import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { greynoise } from './greynoise.ts';

const ANSWERS: Record<string, unknown> = {
  '/v2/noise/context/203.0.113.7': {
    ip: '203.0.113.7',
    seen: true,
    classification: 'malicious',
    first_seen: '2026-01-01',
    last_seen: '2026-01-02',
    actor: 'unknown',
    tags: ['Mirai'],
    vpn: false,
  },
  '/v2/noise/quick/203.0.113.7': {
    ip: '203.0.113.7',
    noise: true,
    code: '0x01',
    code_message: 'seen scanning',
  },
  '/v2/noise/quick/8.8.8.8': { ip: '8.8.8.8', noise: false, code: '0x05' },
  '/v2/meta/metadata?ip=203.0.113.7': {
    metadata: { asn: 'AS1' },
    country_code: 'NL',
    organization: 'Example',
  },
  '/v2/riot/8.8.8.8': {
    ip: '8.8.8.8',
    riot: true,
    name: 'Google DNS',
    category: 'public_dns',
    last_updated: 'x',
  },
};

const vendor = (key = 'k3y'): Vendor => ({
  origin: 'https://api.greynoise.io',
  secrets: { authType: 'api_key_header', key },
  answer({ url, headers }) {
    if (headers.key !== 'k3y') return json({ message: 'invalid API key' }, 401);
    return url in ANSWERS ? json(ANSWERS[url]) : json({ error: 'IP not observed' }, 404);
  },
});

describe('.greynoise', () => {
  it.each<[string, object, string, unknown]>([
    [
      'getIpContext',
      { ip: '203.0.113.7' },
      '/v2/noise/context/203.0.113.7',
      {
        ip: '203.0.113.7',
        seen: true,
        classification: 'malicious',
        firstSeen: '2026-01-01',
        lastSeen: '2026-01-02',
        actor: 'unknown',
        tags: ['Mirai'],
      },
    ],
    [
      'quickLookup',
      { ip: '203.0.113.7' },
      '/v2/noise/quick/203.0.113.7',
      { ip: '203.0.113.7', noise: true, code: '0x01', codeMessage: 'seen scanning' },
    ],
    [
      'getMetadata',
      { ip: '203.0.113.7' },
      '/v2/meta/metadata?ip=203.0.113.7',
      { ip: '203.0.113.7', metadata: { asn: 'AS1' }, countryCode: 'NL', organization: 'Example' },
    ],
    [
      'riotLookup',
      { ip: '8.8.8.8' },
      '/v2/riot/8.8.8.8',
      { ip: '8.8.8.8', riot: true, name: 'Google DNS', category: 'public_dns', lastUpdated: 'x' },
    ],
    ['test', {}, '/v2/noise/quick/8.8.8.8', { ok: true, message: 'Successfully connected to GreyNoise API' }],
  ])('%s %j', async (subAction, input, url, data) => {
    const { result, sent, sensitiveHeaders } = await runSpec(greynoise, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(sent).toEqual([['GET', url]]);
    expect(sensitiveHeaders).toEqual(['key']);
  });

  it('tells the vendor’s reason', async () => {
    expect((await runSpec(greynoise, vendor('other'), 'test')).result.message).toBe(
      'Request failed with status code 401: invalid API key',
    );
    expect((await runSpec(greynoise, vendor(), 'riotLookup', { ip: '192.0.2.1' })).result.message).toBe(
      'Request failed with status code 404: IP not observed',
    );
  });

  it.each(['2001:db8::7', '8.8.8.8/../../x', ''])('refuses the address %j', async (ip) => {
    await expect(runSpec(greynoise, vendor(), 'quickLookup', { ip })).rejects.toThrow(
      'at subActionParams.ip',
    );
  });
});
