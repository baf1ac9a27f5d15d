import type { AllowedHosts } from '../action-context.ts';
import { messageOf } from '../errors.ts';

/**
 * The URL that a sub-action calls, made ready: it must be http or https and name an allowed host; one slash at its end
 * is dropped, runs of slashes become one. Throws with the reference's texts.
 */
export function serviceUrl(url: string, allowedHosts: AllowedHosts): string {
  ensureHttpUrl(url);
  ensureAllowed(url, allowedHosts, 'error configuring connector action');
  return normalizeUrl(url);
}

/** Throws the reason alone: `Invalid URL`, `URL must contain hostname`, `Invalid protocol`. */
export function ensureUsableUrl(url: string): void {
  const { hostname, protocol } = new URL(url);
  if (hostname === '') throw new Error('URL must contain hostname');
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error('Invalid protocol');
}

/** Throws the same reasons after `URL Error: `, as sub-actions word them. */
export function ensureHttpUrl(url: string): void {
  try {
    ensureUsableUrl(url);
  } catch (cause) {
    throw new Error(`URL Error: ${messageOf(cause)}`, { cause });
  }
}

/** Refuses a URL whose host is not allowed, with a text before the reason. */
export function ensureAllowed(
  url: string,
  allowedHosts: Pick<AllowedHosts, 'ensureUrlAllowed'>,
  prefix: string,
): void {
  try {
    allowedHosts.ensureUrlAllowed(url);
  } catch (cause) {
    throw new Error(`${prefix}: ${messageOf(cause)}`, { cause });
  }
}

export function normalizeUrl(url: string): string {
  return withoutTrailingSlash(url).replace(/([^:]\/)\/+/g, '$1');
}

/** One at most. */
export function withoutTrailingSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}
