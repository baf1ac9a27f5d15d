import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { clientAround, mergeHeaders } from '../../http/index.ts';
import { defineAuthType } from './auth-type.ts';
import { secret, text } from './field.ts';
import { wholeCall } from './whole-call.ts';

/**
 * An account key of Azure Storage, which signs each request. For blobs and queues.
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export const azureSharedKey = defineAuthType({
  id: 'azure_shared_key',
  title: 'Azure Storage account key',
  fields: z.strictObject({
    accountName: text('Account name'),
    accountKey: secret('Account key').refine((key) => z.base64().safeParse(key).success, 'expected base64'),
  }),
  client: ({ http, now, secrets: { accountName, accountKey } }) =>
    clientAround(http, (call, send) => {
      const whole = wholeCall(call, 'Azure');
      const headers = mergeHeaders(whole.options.headers, { 'x-ms-date': now().toUTCString() });
      const length = whole.body === undefined ? 0 : Buffer.byteLength(whole.body);
      const toSign = stringToSign(accountName, { method: call.method, url: whole.url, headers, length });
      const signature = createHmac('sha256', Buffer.from(accountKey, 'base64'))
        .update(toSign)
        .digest('base64');
      const signed = mergeHeaders(headers, { Authorization: `SharedKey ${accountName}:${signature}` });
      return send({
        method: call.method,
        url: whole.url.href,
        options: { ...whole.options, headers: signed },
      });
    }),
});

interface Signable {
  method: string;
  url: URL;
  headers: Record<string, string>;
  /** Of the body, in bytes. */
  length: number;
}

/** The headers whose values are signed without their names, in this order. `Date` gives way to `x-ms-date`. */
const SIGNED_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
];

function stringToSign(account: string, { method, url, headers, length }: Signable): string {
  const named = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()]));
  // The length of no body is signed as nothing.
  named.set('content-length', length === 0 ? '' : String(length));
  named.set('date', '');
  return [
    method,
    ...SIGNED_HEADERS.map((name) => named.get(name) ?? ''),
    ...[...named]
      .filter(([name]) => name.startsWith('x-ms-'))
      .sort(byName)
      .map(([name, value]) => `${name}:${value.replace(/\s+/g, ' ')}`),
    `/${account}${url.pathname}`,
    ...[...parametersOf(url)].sort(byName).map(([name, values]) => `${name}:${values.sort().join(',')}`),
  ].join('\n');
}

function parametersOf(url: URL): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const [name, value] of url.searchParams) {
    const lower = name.toLowerCase();
    all.set(lower, [...(all.get(lower) ?? []), value]);
  }
  return all;
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
