import type { AllowedHosts, TransportRequest } from '@patchbay/kit';
import { HttpRequestError } from '@patchbay/kit';
import type { Hop } from './hop.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Never follow a redirect to another origin. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

/**
 * The request that a redirect asks for, its host checked, or undefined when the answer stands as it is: no
 * redirect, no place to go, or a body that was a stream and is gone.
 */
export function nextHop(
  request: TransportRequest,
  hop: Hop,
  answer: { status: number; location: string | undefined },
  allowedHosts: AllowedHosts,
): Hop | undefined {
  if (!REDIRECTS.has(answer.status) || answer.location === undefined || request.maxRedirects === 0)
    return undefined;
  const target = URL.parse(answer.location, hop.url.href);
  if (target === null) throw redirectionError('Invalid URL');
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw redirectionError(`Unsupported protocol ${target.protocol}`);
  }
  try {
    allowedHosts.ensureHostnameAllowed(target.hostname);
  } catch (cause) {
    throw redirectionError((cause as Error).message, cause);
  }
  // RFC 9110, section 15.4: a POST becomes a GET at 301 and 302, as every client does; all but HEAD do at 303.
  const becomesGet =
    (answer.status === 303 && hop.method !== 'HEAD') || (answer.status < 303 && hop.method === 'POST');
  if (!becomesGet && isStream(hop.body)) return undefined;
  const dropped = new Set([
    'host',
    ...(becomesGet ? ['content-type', 'content-length', 'content-encoding'] : []),
    ...(hop.url.origin === target.origin ? [] : [...CREDENTIALS, ...request.sensitiveHeaders.map(lower)]),
  ]);
  return {
    method: becomesGet ? 'GET' : hop.method,
    url: target,
    headers: Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped.has(lower(name)))),
    body: becomesGet ? undefined : hop.body,
  };
}

/** Code and text as the reference's client gives them. */
function redirectionError(reason: string, cause?: unknown): HttpRequestError {
  return new HttpRequestError(`Redirected request failed: ${reason}`, {
    code: 'ERR_FR_REDIRECTION_FAILURE',
    cause,
  });
}

export function tooManyRedirects(): HttpRequestError {
  return new HttpRequestError('Maximum number of redirects exceeded', { code: 'ERR_FR_TOO_MANY_REDIRECTS' });
}

function isStream(body: TransportRequest['body']): boolean {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
}

const lower = (name: string) => name.toLowerCase();
