import { type KeyObject, verify } from 'node:crypto';
import type { ReceivedRequest, StandInAnswer } from '@patchbay/kit/testing';

/** A JWT API endpoint of the application registry, with its verifier map. */
export interface OauthClient {
  id: string;
  secret: string;
  /** By key id. */
  keys: Record<string, KeyObject>;
  /** Seconds. */
  tokenLifetime: number;
}

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const FORM = /^application\/x-www-form-urlencoded\b/;
/** As ServiceNow says it of whatever is wrong with an assertion or a client. */
const DENIED = { error_description: 'access_denied', error: 'server_error' };

/**
 * `POST /oauth_token.do`: gives `accept` a user that the assertion names, for a token.
 * https://www.servicenow.com/docs/r/platform-security/authentication/jwt-bearer-grant.html
 */
export function tokenAnswer(
  { method, headers, body }: ReceivedRequest,
  client: OauthClient,
  nowInSeconds: number,
  accept: (user: string) => string | undefined,
): StandInAnswer {
  const refuse = (answer: object) => ({ status: 401, headers: JSON_TYPE, body: JSON.stringify(answer) });
  const form = new URLSearchParams(body);
  const isAsked = method === 'POST' && FORM.test(headers['content-type'] ?? '');
  if (!isAsked || form.get('grant_type') !== GRANT) return refuse({ error: 'unsupported_grant_type' });
  const isClient = form.get('client_id') === client.id && form.get('client_secret') === client.secret;
  const claims = isClient ? verifiedClaims(form.get('assertion') ?? '', client) : undefined;
  if (claims === undefined) return refuse(DENIED);
  const { iss, aud, sub, iat, exp } = claims;
  const isNow = Number(iat) <= nowInSeconds && Number(exp) > nowInSeconds;
  if (iss !== client.id || aud !== client.id || !isNow) return refuse(DENIED);
  const token = accept(String(sub));
  if (token === undefined) return refuse({ error: 'invalid_grant', error_description: 'User not found' });
  return {
    headers: JSON_TYPE,
    body: JSON.stringify({
      access_token: token,
      scope: 'useraccount',
      token_type: 'Bearer',
      expires_in: client.tokenLifetime,
    }),
  };
}

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };

function verifiedClaims(assertion: string, { keys }: OauthClient): Record<string, unknown> | undefined {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const { alg, kid } = decoded(header);
  const key = alg === 'RS256' ? keys[String(kid)] : undefined;
  if (key === undefined) return undefined;
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${claims}`),
    key,
    Buffer.from(signature, 'base64url'),
  );
  return isSigned ? decoded(claims) : undefined;
}

function decoded(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return {};
  }
}
