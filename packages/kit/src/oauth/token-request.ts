import { basicAuth, type HttpClient, type HttpResponse, percentEncode } from '../http/index.ts';
import type { Logger } from '../logger.ts';

/** A request to a token endpoint. https://www.rfc-editor.org/rfc/rfc6749#section-3.2 */
export interface TokenRequest {
  tokenUrl: string;
  grantType: string;
  /** Fields without a value are left out; `grant_type` is not among them. */
  fields: Record<string, string | undefined>;
  /** null: who asks stands in the assertion. */
  clientId: string | null;
  /** null: something else among the fields proves who asks. */
  clientSecret: string | null;
  /** Where id and secret of the client go. Left out: into the body. */
  authMethod?: ClientAuthMethod | undefined;
}

export type ClientAuthMethod = 'client_secret_post' | 'client_secret_basic';

/** What a token endpoint gave. */
export interface GrantedToken {
  tokenType: string | undefined;
  accessToken: string;
  /** Seconds. */
  expiresIn: number | undefined;
  refreshToken: string | undefined;
  /** Seconds. */
  refreshTokenExpiresIn: number | undefined;
}

/** The token service refused, or answered what is no token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/**
 * Asks for a token. Only a 200 is one; undefined when a 200 holds none. Throws `TokenError` in the service's words, or
 * `HttpRequestError`.
 */
export async function requestToken(
  request: TokenRequest,
  { http, log }: { http: HttpClient; log: Logger },
): Promise<GrantedToken | undefined> {
  const { tokenUrl, clientId, clientSecret, authMethod } = request;
  const isBasic = authMethod === 'client_secret_basic' && clientId !== null && clientSecret !== null;
  const response = await http.post(tokenUrl, {
    text: tokenForm(request),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
      // Services such as GitHub answer with a form unless they are asked for JSON.
      Accept: 'application/json',
      ...(isBasic && { Authorization: basicAuth({ user: clientId, password: clientSecret }) }),
    },
    // Secrets are in the body: they go nowhere but to the service that is named.
    maxRedirects: 0,
    acceptStatus: () => true,
  });
  if (response.status !== 200) {
    const refusal = refusalOf(response, secretsOf(request));
    log.warn(`error thrown getting the access token from ${shownUrl(tokenUrl)}: ${refusal}`);
    throw new TokenError(refusal);
  }
  return grantedToken(bodyOf(response));
}

/** As the reference's encoder writes it: names in alphabetical order, a space as `%20`. */
export function tokenForm({ grantType, fields, clientId, clientSecret, authMethod }: TokenRequest): string {
  const client =
    authMethod === 'client_secret_basic' && clientSecret !== null
      ? {}
      : { client_id: clientId ?? undefined, client_secret: clientSecret ?? undefined };
  const all: Record<string, string | undefined> = { ...client, ...fields, grant_type: grantType };
  return Object.keys(all)
    .sort()
    .flatMap((name) =>
      all[name] === undefined ? [] : [`${percentEncode(name)}=${percentEncode(all[name])}`],
    )
    .join('&');
}

/** What an answer grants; undefined when it holds no token. */
export function grantedToken(answer: unknown): GrantedToken | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const fields = answer as Record<string, unknown>;
  const accessToken = textIn(fields.access_token);
  if (accessToken === undefined) return undefined;
  return {
    tokenType: textIn(fields.token_type),
    accessToken,
    expiresIn: secondsIn(fields.expires_in),
    refreshToken: textIn(fields.refresh_token),
    refreshTokenExpiresIn: secondsIn(fields.refresh_token_expires_in),
  };
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Some services write the number as text. */
function secondsIn(value: unknown): number | undefined {
  const isGiven = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const seconds = isGiven ? Number(value) : Number.NaN;
  return Number.isFinite(seconds) ? seconds : undefined;
}

function bodyOf(response: HttpResponse): unknown {
  try {
    return response.json();
  } catch {
    return response.text();
  }
}

/** Fields of a token request whose values are secrets, whoever repeats them. */
export const TOKEN_REQUEST_SECRETS: readonly string[] = [
  'client_secret',
  'assertion',
  'client_assertion',
  'code',
  'code_verifier',
  'refresh_token',
];
/** Shorter ones are words rather than secrets: taking them out would garble the text. */
const MIN_SECRET_LENGTH = 5;

/** What was sent and must not come back in a text. */
function secretsOf({ fields, clientId, clientSecret }: TokenRequest): string[] {
  const sent = TOKEN_REQUEST_SECRETS.map((name) => fields[name]);
  if (clientId !== null && clientSecret !== null) {
    const credentials = basicAuth({ user: clientId, password: clientSecret });
    sent.push(clientSecret, credentials.slice('Basic '.length));
  }
  return sent
    .filter((value) => value !== undefined)
    .filter(({ length }) => length >= MIN_SECRET_LENGTH)
    .flatMap((value) => [value, percentEncode(value), JSON.stringify(value).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
}

/** The service's words as JSON, keys sorted. Of an answer that seems to hold a token only the status. */
function refusalOf(response: HttpResponse, secrets: string[]): string {
  const body = bodyOf(response);
  const text = JSON.stringify(sorted(body));
  if (seemsToHoldToken(body)) return `[${response.status}] ${response.statusText}`;
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}

/** Whether an answer must be told to nobody, whatever its status is. */
export function seemsToHoldToken(body: unknown): boolean {
  const token = typeof body === 'string' ? /(?:access|refresh|id)_token/ : /"(?:access|refresh|id)_token":/;
  return token.test(JSON.stringify(body) ?? '');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, child]) => [name, sorted(child)]));
}

/** User, password and query of a URL may be secrets. */
function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
