import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { abuseipdb } from './abuseipdb.ts';

const FOUND = {
  ipAddress: '203.0.113.7',
  isPublic: true,
  ipVersion: 4,
  isWhitelisted: null,
  abuseConfidenceScore: 100,
  countryCode: 'NL',
  usageType: 'Data Center/Web Hosting/Transit',
  isp: 'Example',
  domain: 'example.net',
  hostnames: [],
  totalReports: 12,
  lastReportedAt: '2026-01-01T00:00:00+00:00',
};

const refuse = (status: number, detail: string) => json({ errors: [{ detail, status }] }, status);

/** By https://docs.abuseipdb.com: the key, the fields that are needed, networks no larger than the plan's. */
const vendor = (secrets: object = { Key: 'k3y' }): Vendor => ({
  origin: 'https://api.abuseipdb.com',
  secrets: { authType: 'api_key_header', ...secrets },
  answer({ method, url, headers, body }) {
    if (headers.key !== 'k3y') return refuse(401, 'Authentication failed.');
    const { pathname, searchParams } = new URL(url, 'https://api.abuseipdb.com');
    if (pathname === '/api/v2/check' && method === 'GET') {
      if (searchParams.get('ipAddress') === '192.0.2.1')
        return {
          ...refuse(429, 'Daily rate limit of 1000 requests exceeded.'),
          headers: { 'Retry-After': '29241' },
        };
      return searchParams.has('ipAddress')
        ? json({ data: FOUND })
        : refuse(422, 'The ip address field is required.');
    }
    if (pathname === '/api/v2/check-block' && method === 'GET') {
      if (searchParams.get('network')?.endsWith('/8'))
        return refuse(402, 'The network is larger than the plan allows.');
      return json({
        data: {
          networkAddress: '203.0.113.0',
          netmask: '255.255.255.0',
          reportedAddress: [],
          numPossibleHosts: 254,
        },
      });
    }
    if (pathname === '/api/v2/report' && method === 'POST') {
      const form = new URLSearchParams(body);
      return form.has('ip') && form.has('categories')
        ? json({ data: { ipAddress: form.get('ip'), abuseConfidenceScore: 52 } })
        : refuse(422, 'The categories field is required.');
    }
    return { status: 404 };
  },
});

describe('.abuseipdb', () => {
  it.each<[string, object, unknown[], unknown]>([
    [
      'checkIp',
      { ipAddress: '203.0.113.7' },
      ['GET', '/api/v2/check?ipAddress=203.0.113.7&maxAgeInDays=90'],
      {
        ipAddress: '203.0.113.7',
        abuseConfidenceScore: 100,
        usageType: 'Data Center/Web Hosting/Transit',
        isp: 'Example',
        countryCode: 'NL',
        totalReports: 12,
      },
    ],
    [
      'getIpInfo',
      { ipAddress: '2001:db8::7' },
      ['GET', '/api/v2/check?ipAddress=2001%3Adb8%3A%3A7&verbose=true'],
      {
        ipAddress: '203.0.113.7',
        isPublic: true,
        ipVersion: 4,
        isWhitelisted: null,
        abuseConfidenceScore: 100,
        countryCode: 'NL',
        usageType: 'Data Center/Web Hosting/Transit',
        isp: 'Example',
        domain: 'example.net',
      },
    ],
    [
      'reportIp',
      { ip: '203.0.113.7', categories: [18, 22], comment: 'a&b=c' },
      ['POST', '/api/v2/report', 'ip=203.0.113.7&categories=18%2C22&comment=a%26b%3Dc'],
      { ipAddress: '203.0.113.7', abuseConfidenceScore: 52 },
    ],
    [
      'bulkCheck',
      { network: '203.0.113.0/24', maxAgeInDays: 1 },
      ['GET', '/api/v2/check-block?network=203.0.113.0%2F24&maxAgeInDays=1'],
      { networkAddress: '203.0.113.0', netmask: '255.255.255.0', reportedAddress: [] },
    ],
    [
      'test',
      {},
      ['GET', '/api/v2/check?ipAddress=8.8.8.8'],
      { ok: true, message: 'Successfully connected to AbuseIPDB API' },
    ],
  ])('%s %j', async (subAction, input, request, data) => {
    const { result, sent, sensitiveHeaders } = await runSpec(abuseipdb, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(sent).toEqual([request]);
    expect(sensitiveHeaders).toEqual(['Key']);
  });

  it('tells the vendor’s reason, and when to come back', async () => {
    expect((await runSpec(abuseipdb, vendor({ Key: 'other' }), 'test')).result).toMatchObject({
      message: 'Request failed with status code 401: Authentication failed.',
      retry: false,
    });
    const limited = await runSpec(abuseipdb, vendor(), 'checkIp', { ipAddress: '192.0.2.1' });
    expect(limited.result).toMatchObject({
      message: 'Request failed with status code 429: Daily rate limit of 1000 requests exceeded.',
      retry: expect.any(Date),
    });
    const large = await runSpec(abuseipdb, vendor(), 'bulkCheck', { network: '10.0.0.0/8' });
    expect(large.result).toMatchObject({
      retry: false,
      message: expect.stringContaining('402: The network is'),
    });
  });

  it.each([
    ['checkIp', { ipAddress: '8.8.8.8&maxAgeInDays=1' }, 'ipAddress'],
    ['checkIp', { ipAddress: '8.8.8.8', maxAgeInDays: 366 }, 'maxAgeInDays'],
    ['reportIp', { ip: '8.8.8.8', categories: [] }, 'categories'],
    ['reportIp', { ip: '8.8.8.8', categories: [1], comment: 'x'.repeat(1025) }, 'comment'],
    ['bulkCheck', { network: '10.0.0.0' }, 'network'],
  ])('%s refuses %j for %s before anything is sent', async (subAction, input, field) => {
    await expect(runSpec(abuseipdb, vendor(), subAction, input)).rejects.toThrow(
      `at subActionParams.${field}`,
    );
  });
});
