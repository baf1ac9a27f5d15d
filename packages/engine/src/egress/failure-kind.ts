import { isTooLarge, toRequestError } from './errors.ts';
import { ProxyAnswer } from './proxy.ts';

/** Why an exchange got no answer, in a few words that do not depend on the remote. */
export type FailureKind =
  | 'dns'
  | 'connection_refused'
  | 'connect_timeout'
  | 'connection_reset'
  | 'timeout'
  | 'tls'
  | 'proxy'
  | 'too_large'
  | 'canceled'
  | 'forbidden'
  | 'other';

/** By the codes of Node, of OpenSSL as Node names its findings, and of the reference's client. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ENODATA: 'dns',
  ECONNREFUSED: 'connection_refused',
  ETIMEDOUT: 'connect_timeout',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ECONNABORTED: 'timeout',
  ERR_CANCELED: 'canceled',
  ERR_FORBIDDEN_ADDRESS: 'forbidden',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  UNABLE_TO_GET_ISSUER_CERT: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
  EPROTO: 'tls',
};

const TLS = /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_)/;

export function failureKind(cause: unknown): FailureKind {
  if (cause instanceof ProxyAnswer) return 'proxy';
  const error = toRequestError(cause);
  if (isTooLarge(error)) return 'too_large';
  const { code = '' } = error;
  return KINDS[code] ?? (TLS.test(code) ? 'tls' : 'other');
}
