import { HttpRequestError } from '@patchbay/kit';
import { expect, it } from 'vitest';
import { tooLarge } from './errors.ts';
import { failureKind } from './failure-kind.ts';
import { ProxyAnswer } from './proxy.ts';

const coded = (code: string) => Object.assign(new Error('text'), { code });

it.each([
  [coded('ENOTFOUND'), 'dns'],
  [coded('ECONNREFUSED'), 'connection_refused'],
  [new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'connection_refused'],
  [coded('ECONNRESET'), 'connection_reset'],
  [coded('CERT_HAS_EXPIRED'), 'tls'],
  [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls'],
  [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
  [new HttpRequestError('timeout of 5ms exceeded', { code: 'ECONNABORTED' }), 'timeout'],
  [new HttpRequestError('canceled', { code: 'ERR_CANCELED' }), 'canceled'],
  [tooLarge(10), 'too_large'],
  [new ProxyAnswer(407), 'proxy'],
  [new Error('the text of a remote'), 'other'],
])('%s is of the kind %s', (error, kind) => {
  expect(failureKind(error)).toBe(kind);
});
