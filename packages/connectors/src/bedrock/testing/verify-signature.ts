import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ReceivedRequest } from '@patchbay/kit/testing';

export interface Expected {
  accessKey: string;
  secret: string;
  region: string;
  service: string;
  /** The service's clock. */
  now: Date;
}

const MAX_SKEW_MS = 5 * 60_000;

/**
 * What is wrong with the signature of a request as it arrived, in AWS's words; undefined: nothing. Written from the
 * specification. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureFault(request: ReceivedRequest, expected: Expected): string | undefined {
  const { headers } = request;
  const { authorization = '' } = headers;
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (parts === null) return 'Missing Authentication Token';
  const [, credential = '', signedHeaders = '', signature = ''] = parts;
  const [accessKey, ...scope] = credential.split('/');
  if (accessKey !== expected.accessKey) return 'The security token included in the request is invalid.';
  const at = headers['x-amz-date'] ?? '';
  const day = at.slice(0, 8);
  if (scope.join('/') !== `${day}/${expected.region}/${expected.service}/aws4_request`) {
    return `Credential should be scoped to a valid region. ${scope.join('/')}`;
  }
  if (Math.abs(momentOf(at) - expected.now.getTime()) > MAX_SKEW_MS) return `Signature expired: ${at}`;
  const names = signedHeaders.split(';');
  const needed = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz'))];
  const missing = needed.find((name) => !names.includes(name));
  if (missing !== undefined) return `${missing} is not signed`;
  const toSign = ['AWS4-HMAC-SHA256', at, scope.join('/'), sha256(canonical(request, names))].join('\n');
  const key = [day, expected.region, expected.service, 'aws4_request'].reduce<Buffer>(
    (last, part) => hmac(last, part),
    Buffer.from(`AWS4${expected.secret}`),
  );
  const isRight = timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'));
  return isRight ? undefined : MISMATCH;
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

function canonical({ method, url, headers, body }: ReceivedRequest, names: string[]): string {
  const [path = '', query = ''] = url.split('?');
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`);
  // The path as it arrived is escaped once more: every service but S3.
  const escapedPath = path.split('/').map(escaped).join('/');
  const sortedQuery = query.split('&').sort().join('&');
  return [method, escapedPath, sortedQuery, lines.join(''), names.join(';'), sha256(body)].join('\n');
}

function escaped(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** Of `20260101T000000Z`. */
function momentOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
