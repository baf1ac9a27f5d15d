import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { virustotal } from './virustotal.ts';

const MD5 = '44d88612fea8a8f36de82e1278abb02f';
const refuse = (status: number, code: string, message: string) => json({ error: { code, message } }, status);

const vendor = (key = 'k3y'): Vendor => ({
  origin: 'https://www.virustotal.com',
  secrets: { authType: 'api_key_header', 'x-apikey': key },
  answer({ method, url, headers, body }) {
    if (headers['x-apikey'] !== 'k3y') return refuse(401, 'WrongCredentialsError', 'Wrong API key');
    const path = `${method} ${url.replace('/api/v3', '')}`;
    if (path === `GET /files/${MD5}`)
      return json({ data: { id: 'sha', attributes: { last_analysis_stats: { malicious: 60 } } } });
    if (path === 'POST /urls')
      return body === 'url=https%3A%2F%2Fa.example%2F%3Fb%3Dc%26d'
        ? json({ data: { type: 'analysis', id: 'u-1=' } })
        : refuse(400, 'InvalidArgumentError', 'Unable to canonicalize url');
    if (path === 'GET /analyses/u-1%3D')
      return json({ data: { id: 'u-1=', attributes: { status: 'queued', stats: {}, results: {} } } });
    if (path === 'POST /files')
      return headers['content-type']?.startsWith('multipart/form-data') &&
        body.includes('name="file"; filename="a%22b.txt"') &&
        body.includes('\r\n\r\nhello\r\n')
        ? json({ data: { id: 'f-1', type: 'analysis', links: { self: 'x' } } })
        : refuse(400, 'BadRequestError', 'no file');
    if (path.startsWith('GET /ip_addresses/8.8.8.8'))
      return json({ data: { id: '8.8.8.8', attributes: { reputation: 5, country: 'US' } } });
    return refuse(404, 'NotFoundError', 'not found');
  },
});

describe('.virustotal', () => {
  it.each<[string, object, unknown]>([
    [
      'scanFileHash',
      { hash: MD5 },
      { id: 'sha', attributes: { last_analysis_stats: { malicious: 60 } }, stats: { malicious: 60 } },
    ],
    ['scanUrl', { url: 'https://a.example/?b=c&d' }, { id: 'u-1=', status: 'queued', stats: {} }],
    [
      'submitFile',
      { file: 'aGVsbG8=', filename: 'a"b.txt' },
      { id: 'f-1', type: 'analysis', links: { self: 'x' } },
    ],
    ['getAnalysisResults', { analysisId: 'u-1=' }, { id: 'u-1=', status: 'queued', stats: {}, results: {} }],
    [
      'getIpReport',
      { ip: '8.8.8.8' },
      { id: '8.8.8.8', attributes: { reputation: 5, country: 'US' }, reputation: 5, country: 'US' },
    ],
    ['test', {}, { ok: true, message: 'Successfully connected to VirusTotal API' }],
  ])('%s %j', async (subAction, input, data) => {
    const { result, sensitiveHeaders } = await runSpec(virustotal, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(sensitiveHeaders).toEqual(['x-apikey']);
  });

  it.each([
    ['scanFileHash', { hash: MD5.replaceAll('4', '5') }, 404, 'Hash not found in VirusTotal database'],
    ['scanUrl', { url: 'https://b.example' }, 400, 'VirusTotal API request failed'],
    ['submitFile', { file: '' }, 400, 'VirusTotal file submission failed'],
    ['getAnalysisResults', { analysisId: 'u-2' }, 404, 'Analysis not found in VirusTotal database'],
    ['getIpReport', { ip: '192.0.2.1' }, 404, 'IP address not found in VirusTotal database'],
  ])(
    '%s %j tells the failure as data, and fails where it is asked to',
    async (subAction, input, status, message) => {
      const { result } = await runSpec(virustotal, vendor(), subAction, input);
      expect(result).toMatchObject({ status: 'ok', data: { id: null, error: { status, message } } });
      expect(result.data).toHaveProperty('error.details.code');
      const failing = await runSpec(virustotal, vendor(), subAction, { ...input, failOnError: true });
      expect(failing.result).toMatchObject({
        status: 'error',
        message: expect.stringMatching(`^${message} \\(HTTP ${status}\\): `),
      });
    },
  );

  it('tells of a key that is not taken', async () => {
    expect((await runSpec(virustotal, vendor('other'), 'test')).result).toMatchObject({
      message: 'Request failed with status code 401: Wrong API key',
      retry: false,
    });
  });

  it.each([
    ['scanFileHash', { hash: `../${MD5.slice(3)}` }, 'hash'],
    ['scanFileHash', { hash: 'abc' }, 'hash'],
    ['scanUrl', { url: 'a.example' }, 'url'],
    ['submitFile', { file: 'no base64!' }, 'file'],
    ['getIpReport', { ip: '8.8.8.8/comments' }, 'ip'],
  ])('%s refuses %j', async (subAction, input, field) => {
    await expect(runSpec(virustotal, vendor(), subAction, input)).rejects.toThrow(
      `at subActionParams.${field}`,
    );
  });
});
