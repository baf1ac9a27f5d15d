import type { Settings } from '@patchbay/engine/config';
import { ForbiddenError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';

/**
 * Throws 403 where a browser says that another site's page sent the request. Asked of whatever changes something and brings no
 * `Authorization` header: a cookie is sent by whichever page there is, and a login begins a session in its browser.
 * Browsers tell by `Sec-Fetch-Site`, over plain HTTP by `Origin`; who sends neither is no browser.
 */
export function ensureOwnOrigin({ headers, host }: FastifyRequest, settings: Settings): void {
  if (headers.authorization !== undefined) return;
  const { 'sec-fetch-site': site, origin } = headers;
  if (site === 'same-origin' || site === 'none') return;
  if (site === undefined && (origin === undefined || isOwn(origin, host, settings))) return;
  throw new ForbiddenError('Requests from the pages of other sites are refused.');
}

/** By host and port: behind a proxy that speaks TLS, this server does not know the scheme. */
function isOwn(origin: string, host: string, settings: Settings): boolean {
  if (!URL.canParse(origin)) return false;
  const asked = new URL(origin).host;
  const publicBaseUrl = settings['server.publicBaseUrl'];
  return asked === host || (publicBaseUrl !== undefined && asked === new URL(publicBaseUrl).host);
}
