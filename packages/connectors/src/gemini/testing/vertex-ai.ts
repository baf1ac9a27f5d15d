import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PUBLIC_KEY = createPublicKey(PRIVATE_KEY);

export const EMAIL = 'patchbay@p1.iam.gserviceaccount.com';
export const TOKEN_URI = 'https://oauth2.googleapis.com/token';
export const API_URL = 'https://us-central1-aiplatform.googleapis.com';
export const NOW = new Date('2026-01-01T00:00:00Z');
export const USAGE = { promptTokenCount: 4, candidatesTokenCount: 6, totalTokenCount: 12 };

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const LIFETIME_S = 3599;

export const credentials = (changes: object = {}) =>
  JSON.stringify({
    type: 'service_account',
    project_id: 'p1',
    private_key_id: 'key-1',
    private_key: PRIVATE_KEY,
    client_email: EMAIL,
    token_uri: TOKEN_URI,
    ...changes,
  });

export interface VertexAi {
  models?: readonly string[];
  parts?: object[];
  /** Requests that it takes before it throttles. */
  limit?: number;
  now?: () => Date;
  midStream?: 'breaks off' | 'error';
}

/**
 * Plays Google: its token endpoint, which gives an access token for an assertion that the account has signed just now, and
 * Vertex AI, which takes such a token until it expires.
 */
export async function vertexAi({
  models = ['gemini-2.5-pro'],
  parts = [{ text: 'Disk is full.' }],
  limit = Number.POSITIVE_INFINITY,
  now = () => NOW,
  midStream,
}: VertexAi = {}) {
  let taken = 0;
  const tokens = new Map<string, number>();

  function grant(request: ReceivedRequest): StandInAnswer {
    const form = new URLSearchParams(request.body);
    const fault =
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer'
        ? assertionFault(form.get('assertion') ?? '', now())
        : 'unsupported grant';
    if (fault !== undefined) return json(400, { error: 'invalid_grant', error_description: fault });
    const token = `ya29.token-${tokens.size + 1}`;
    tokens.set(token, now().getTime() + LIFETIME_S * 1000);
    return json(200, { access_token: token, expires_in: LIFETIME_S, token_type: 'Bearer' });
  }

  function generate({ headers, body, url }: ReceivedRequest): StandInAnswer {
    const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
    const expiresAt = tokens.get(token) ?? 0;
    if (scheme !== 'Bearer' || expiresAt <= now().getTime()) {
      return refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    }
    taken += 1;
    if (taken > limit)
      return refusal(429, 'RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later.');
    const { pathname, search } = new URL(url, API_URL);
    const path =
      /^\/v1\/projects\/p1\/locations\/us-central1\/publishers\/google\/models\/([^/:]+):(generateContent|streamGenerateContent)$/.exec(
        pathname,
      );
    const [, model = '', method] = path ?? [];
    if (!models.includes(model)) return refusal(404, 'NOT_FOUND', `Publisher Model ${model} was not found.`);
    const wrong = wrongBody(headers['content-type'], body);
    if (wrong !== undefined) return refusal(400, 'INVALID_ARGUMENT', wrong);
    if (method === 'generateContent') return json(200, answer(parts));
    if (search !== '?alt=sse') return refusal(400, 'INVALID_ARGUMENT', 'the stand-in streams events only');
    return { headers: { 'content-type': 'text/event-stream' }, body: events(midStream) };
  }

  return standIn((request) =>
    request.headers.host === new URL(TOKEN_URI).host && request.url === '/token'
      ? grant(request)
      : generate(request),
  );
}

export const answer = (parts: object[], usageMetadata: object | undefined = USAGE) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
  usageMetadata,
});

const event = (data: unknown) => `data: ${JSON.stringify(data)}\r\n\r\n`;

export const EVENTS = [
  event({ candidates: [{ content: { parts: [{ text: 'Disk ' }] } }] }),
  event(answer([{ text: 'is full – 日本' }])),
];
export const ERROR_EVENT = event({ error: { code: 503, status: 'UNAVAILABLE', message: 'overloaded' } });

async function* events(midStream: VertexAi['midStream']): AsyncIterable<string> {
  const [first = '', last = ''] = EVENTS;
  yield first;
  if (midStream === 'breaks off') throw new Error('breaks off');
  yield midStream === 'error' ? ERROR_EVENT : last;
}

/** Written from the specification. https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
function assertionFault(assertion: string, now: Date): string | undefined {
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const signed = Buffer.from(`${head}.${body}`);
  if (!verify('RSA-SHA256', signed, PUBLIC_KEY, Buffer.from(signature, 'base64url')))
    return 'Invalid JWT Signature.';
  const { alg, kid } = decoded(head);
  if (alg !== 'RS256' || kid !== 'key-1') return 'Invalid JWT header.';
  const { iss, aud, scope, iat, exp, sub } = decoded(body);
  const seconds = now.getTime() / 1000;
  if (iss !== EMAIL || sub !== undefined) return 'Invalid issuer.';
  if (aud !== TOKEN_URI) return 'Invalid audience.';
  if (scope !== SCOPE) return 'Invalid OAuth scope or ID token audience provided.';
  const isInTime = Number(iat) <= seconds && Number(exp) > seconds && Number(exp) - Number(iat) <= 3600;
  return isInTime ? undefined : 'Invalid JWT: Token must be a short-lived token.';
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#request */
function wrongBody(contentType: string | undefined, body: string): string | undefined {
  if (contentType !== 'application/json') return 'Invalid content type.';
  const { contents } = JSON.parse(body);
  if (!Array.isArray(contents) || contents.length === 0) return 'contents is not specified';
  const roles = contents.map(({ role }) => role);
  if (roles.some((role) => role !== 'user' && role !== 'model')) {
    return 'Please use a valid role: user, model.';
  }
  const isFilled = contents.every(({ parts }) => Array.isArray(parts) && parts.length > 0);
  return isFilled ? undefined : 'must include at least one parts field';
}

export const json = (status: number, body: unknown): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const refusal = (code: number, status: string, message: string) =>
  json(code, { error: { code, status, message } });
