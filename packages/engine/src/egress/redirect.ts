import type { AllowedHosts } from '@patchbay/kit';
import { HttpRequestError } from '@patchbay/kit';
import type { Hop } from './hop.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Never follow a redirect to another origin. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

export interface RedirectPolicy {
  /** 0: none is followed, each is an answer of its own. */
  max: number;
  crossOrigin: boolean;
  /** Headers that stay at their origin, beside the credentials. */
  sensitiveHeaders: readonly string[];
  allowedHosts: AllowedHosts;
}

/**
 * The request that a redirect asks for, its host checked, or undefined when the answer stands as it is: no
 * redirect, no place to go, or a body that was a stream and is gone.
 */
export function nextHop(
  policy: RedirectPolicy,
  hop: Hop,
  answer: { status: number; location: string | undefined },
): Hop | undefined {
  if (!REDIRECTS.has(answer.status) || answer.location === undefined || policy.max === 0) return undefined;
  const target = URL.parse(answer.location, hop.url.href);
  if (target === null) throw redirectionError('Invalid URL');
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw redirectionError(`Unsupported protocol ${target.protocol}`);
  }
  try {
    policy.allowedHosts.ensureHostnameAllowed(target.hostname);
  } catch (cause) {
    throw redirectionError((cause as Error).message, cause);
  }
  if (!policy.crossOrigin && target.origin !== hop.url.origin) {
    throw redirectionError("the connector's settings do not allow another origin");
  }
  // RFC 9110, section 15.4: a POST becomes a GET at 301 and 302, as every client does; all but HEAD do at 303.
  const becomesGet =
    (answer.status === 303 && hop.method !== 'HEAD') || (answer.status < 303 && hop.method === 'POST');
  if (!becomesGet && isStream(hop.body)) return undefined;
  const dropped = new Set([
    'host',
    ...(becomesGet ? ['content-type', 'content-length', 'content-encoding'] : []),
    ...(hop.url.origin === target.origin ? [] : [...CREDENTIALS, ...policy.sensitiveHeaders.map(lower)]),
  ]);
  return {
    method: becomesGet ? 'GET' : hop.method,
    url: target,
    headers: Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped.has(lower(name)))),
    body: becomesGet ? undefined : hop.body,
    isLast: hop.isLast,
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

function isStream(body: Hop['body']): boolean {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
}

const lower = (name: string) => name.toLowerCase();
