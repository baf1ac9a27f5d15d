import type { Settings } from '@patchbay/engine/config';
import { BadRequestError } from '@patchbay/engine/errors';
import type { Logger } from '@patchbay/kit';
import type { FastifyRequest } from 'fastify';
import { API_LEVEL } from '../version.ts';
import { ensureOwnOrigin } from './own-origin.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The checks between authentication and the route's schema: version, cross-site forgery, internal routes. */
export function checkRequest(request: FastifyRequest, settings: Settings, log: Logger): void {
  checkVersion(request);
  checkXsrf(request, settings);
  if (!SAFE_METHODS.has(request.method)) ensureOwnOrigin(request, settings);
  if (request.routeOptions.config.access === 'internal') checkInternal(request, settings, log);
}

function checkVersion({ headers }: FastifyRequest): void {
  const got = headers['kbn-version'];
  if (got === undefined || got === API_LEVEL) return;
  throw new BadRequestError(
    `Browser client is out of date, please refresh the page ("kbn-version" header was "${got}" but should be "${API_LEVEL}")`,
    { attributes: { expected: API_LEVEL, got } },
  );
}

function checkXsrf({ method, headers, url }: FastifyRequest, settings: Settings): void {
  if (SAFE_METHODS.has(method) || settings['server.xsrf.disableProtection']) return;
  if (headers['kbn-xsrf'] !== undefined || headers['kbn-version'] !== undefined) return;
  if (settings['server.xsrf.allowlist'].includes(url.split('?', 1)[0] ?? '')) return;
  const scheme = headers.authorization?.split(' ', 1)[0]?.toLowerCase();
  if (settings['server.xsrf.allowedSchemes'].some((allowed) => allowed === scheme)) return;
  throw new BadRequestError('Request must contain a kbn-xsrf header.');
}

function checkInternal(
  { headers, method, originalUrl }: FastifyRequest,
  settings: Settings,
  log: Logger,
): void {
  const [path, search] = originalUrl.split('?', 2);
  if (headers['x-elastic-internal-origin'] !== undefined) return;
  if (new URLSearchParams(search).get('elasticInternalOrigin') === 'true') return;
  const what = `uri [${path}] with method [${method.toLowerCase()}]`;
  if (settings['server.restrictInternalApis']) {
    throw new BadRequestError(`${what} exists but is not available with the current configuration`);
  }
  log.warn(`${what} is an internal route, called from outside: it may change without notice`);
}
