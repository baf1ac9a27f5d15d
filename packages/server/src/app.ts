import type { Principal, Session } from '@patchbay/engine/access';
import { NotFoundError, UnsupportedMediaTypeError } from '@patchbay/engine/errors';
import { ensureActionsLicensed } from '@patchbay/engine/licensing';
import { createNetworks } from '@patchbay/engine/networks';
import { NO_TRACING } from '@patchbay/engine/tracing';
import fastify from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { App } from './http/app-type.ts';
import { type AuditAction, auditRequests } from './http/audit-requests.ts';
import { createAuthenticate } from './http/authenticate.ts';
import { createConcurrencyLimit } from './http/concurrency.ts';
import { countRequests } from './http/count-requests.ts';
import { errorHandler } from './http/error-answer.ts';
import { createJsonParser } from './http/json-parser.ts';
import { checkRequest } from './http/request-checks.ts';
import { requestIdOf } from './http/request-id.ts';
import { logRequests } from './http/request-log.ts';
import { schemaCompilers } from './http/schema-compilers.ts';
import { serverTls } from './http/server-tls.ts';
import { createSpacePath } from './http/space-path.ts';
import { answerWhileStopping } from './http/stopping.ts';
import { traceRequests } from './http/trace-requests.ts';
import { withoutTrailingSlash } from './http/trailing-slash.ts';
import { unreadableRequestHandler } from './http/unreadable-request.ts';
import { listRoutes } from './openapi/route-list.ts';
import { backupRoute } from './routes/backup.ts';
import { casesRoutes } from './routes/cases/index.ts';
import { connectorHealthRoutes } from './routes/connector-health.ts';
import { connectorRulesRoutes } from './routes/connector-rules.ts';
import { connectorSettingsRoutes } from './routes/connector-settings.ts';
import { connectorRoutes } from './routes/connectors.ts';
import { deliveryRoutes } from './routes/deliveries/index.ts';
import { eventRoutes } from './routes/events/index.ts';
import { executeRoute } from './routes/execute.ts';
import { healthRoutes } from './routes/health.ts';
import { metricsRoute } from './routes/metrics.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { openApiRoute } from './routes/openapi.ts';
import { rotateKeyRoutes } from './routes/rotate-key.ts';
import { savedObjectRoutes } from './routes/saved-objects/index.ts';
import { secretNamesRoutes } from './routes/secret-names.ts';
import { securityRoutes } from './routes/security/index.ts';
import { spaceRoutes } from './routes/spaces.ts';
import { statusRoute } from './routes/status.ts';
import { usageRoute } from './routes/usage.ts';
import { wholeConnectorRoutes } from './routes/whole-connectors/index.ts';
import { whyRoute } from './routes/why.ts';
import type { System } from './system.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: 'public' | 'internal';
    /**
     * Left out: required. With `optional` a caller without valid credentials is nobody; with `ifPossible` so is one whom
     * the store, since it does not answer, cannot tell; with `none` nobody is asked.
     */
    auth?: 'optional' | 'ifPossible' | 'none';
    /** What the audit log calls it; `false` for an unsafe method that changes nothing. */
    audit?: AuditAction | false;
    /** Of a route that takes `multipart/form-data`: what the form has beside a part `file`. */
    form?: z.ZodType;
    /** Puts off the idle end of the caller's session, however lately that was done. */
    extendsSession?: boolean;
    /** Whether the route is the connectors': the licence is asked before it. */
    isActionsRoute?: boolean;
  }
  interface FastifyRequest {
    /** undefined only where the route's `auth` is optional. */
    principal: Principal | undefined;
    /** Of a caller who came with a session. */
    session: Session | undefined;
    spaceId: string;
    /** What was made or ended, where the path does not say it: for the audit log. */
    auditedId: string | undefined;
    /** What the answer’s status does not say, where it is a page: for the audit log. */
    hasFailed: boolean;
  }
}

/** The longest path parameter that reaches a route's own check. */
const MAX_PARAM_LENGTH = 16_384;

/** A client that sends slower than this holds a connection for nothing. */
export interface SlowRequestLimits {
  headersMs: number;
  /** With its headers. */
  requestMs: number;
  /** How often it is looked: a limit may be overrun by as much. */
  checkEveryMs: number;
}

const SLOW_REQUESTS: SlowRequestLimits = { headersMs: 20_000, requestMs: 60_000, checkEveryMs: 5000 };

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy':
    'camera=(), display-capture=(), fullscreen=(self), geolocation=(), microphone=(), web-share=()',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy':
    "script-src 'self'; worker-src blob: 'self'; style-src 'unsafe-inline' 'self'; frame-ancestors 'self'",
  'cache-control': 'private, no-cache, no-store, must-revalidate',
};

/**
 * The HTTP API. A request goes through: headers, the route's existence (404), authentication (401), the body's parsing
 * (400, 413, 415), version, cross-site and internal-route checks (400), the route's schema (400), the licence (403),
 * then the route: privilege (403), space (404), its business.
 */
export async function createApp(system: System, slow = SLOW_REQUESTS): Promise<App> {
  const { settings, license, log, audit, tallies, tracing = NO_TRACING, now } = system;
  const maxPayload = settings['server.maxPayload'];
  const spacePath = createSpacePath(settings['server.rewriteBasePath'] ? settings['server.basePath'] : '');
  const onError = errorHandler(log, maxPayload);
  const tls = serverTls(settings);
  const timeouts = { headersTimeout: slow.headersMs, connectionsCheckingInterval: slow.checkEveryMs };
  const trusted = settings['patchbay.http.trustedProxies'];
  const headers = {
    'kbn-name': settings['server.name'],
    ...SECURITY_HEADERS,
    ...(tls !== undefined && { 'strict-transport-security': 'max-age=31536000' }),
  };

  const app: App = fastify({
    logger: false,
    bodyLimit: maxPayload,
    genReqId: requestIdOf,
    requestTimeout: slow.requestMs,
    // One or the other, which the types of Fastify take for two kinds of application.
    ...((tls === undefined ? { http: timeouts } : { https: { ...tls, ...timeouts } }) as {
      http: typeof timeouts;
    }),
    clientErrorHandler: unreadableRequestHandler(headers),
    rewriteUrl: spacePath.rewrite,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // A URL that cannot be read meets no hook.
    frameworkErrors: (error, request, reply) =>
      onError(error, request, reply.headers(headers).header('x-request-id', request.id)),
    forceCloseConnections: 'idle',
    // Ours say so themselves, in the shape of all others.
    return503OnClosing: false,
    ...(trusted.length > 0 && { trustProxy: createNetworks(trusted).contains }),
    schemaController: { compilersFactory: schemaCompilers },
  }).withTypeProvider<ZodTypeProvider>();

  const authenticate = createAuthenticate(system);
  const admit = createConcurrencyLimit(settings['patchbay.requests.maxConcurrent']);
  app.decorateRequest('principal', undefined);
  app.decorateRequest('session', undefined);
  app.decorateRequest('spaceId', '');
  app.decorateRequest('auditedId', undefined);
  app.decorateRequest('hasFailed', false);
  if (audit !== undefined) auditRequests(app, { audit, withRuns: settings['patchbay.audit.runs'], now });
  traceRequests(app, tracing);
  if (tallies !== undefined) countRequests(app, tallies);
  logRequests(app, log);
  const ensureNotStopping = answerWhileStopping(app);
  app.setErrorHandler(onError);
  parseBodies(app);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('x-request-id', request.id);
    request.spaceId = spacePath.spaceOf(request.raw);
    ensureNotStopping(request, reply.raw);
    const slashless = withoutTrailingSlash(request.originalUrl);
    if (slashless !== undefined && request.method === 'GET') return reply.redirect(slashless);
    // A route whose last part is a parameter would take the slash for an empty one.
    const isSlashed = slashless !== undefined && request.routeOptions.url?.endsWith('/') !== true;
    if (request.is404 || isSlashed) return notFound();
    if (request.routeOptions.config.auth === 'none') return;
    admit(reply.raw);
    request.principal = await authenticate(request, reply);
    if (request.routeOptions.config.auth !== 'ifPossible') await system.spaces.refresh();
  });
  // Not async functions: these two run before every route, and have nothing to wait for.
  app.addHook('preValidation', (request, _reply, done) => {
    done(errorOf(() => checkRequest(request, settings, log)));
  });
  app.addHook('preHandler', ({ routeOptions }, _reply, done) => {
    done(errorOf(() => routeOptions.config.isActionsRoute === true && ensureActionsLicensed(license)));
  });

  // Hooks run for a route that is not there only where there is a handler for it.
  app.setNotFoundHandler(notFound);

  if (settings['patchbay.roles'].includes('api')) addRoutes(app, system);
  else addProcessRoutes(app, system);
  return app;
}

export function addRoutes(app: App, system: System): void {
  const routes = listRoutes(app);
  connectorRoutes(app, system);
  connectorSettingsRoutes(app, system);
  connectorRulesRoutes(app, system);
  secretNamesRoutes(app, system);
  executeRoute(app, system);
  deliveryRoutes(app, system);
  connectorHealthRoutes(app, system);
  whyRoute(app, system);
  usageRoute(app, system);
  eventRoutes(app, system);
  oauthRoutes(app, system);
  casesRoutes(app, system);
  savedObjectRoutes(app, system);
  wholeConnectorRoutes(app, system);
  spaceRoutes(app, system);
  securityRoutes(app, system);
  rotateKeyRoutes(app, system);
  backupRoute(app, system);
  addProcessRoutes(app, system);
  openApiRoute(app, system, routes);
}

/** What a process tells of itself, also one that only runs deliveries. */
function addProcessRoutes(app: App, system: System): void {
  statusRoute(app, system);
  healthRoutes(app, system);
  metricsRoute(app, system);
}

function errorOf(check: () => unknown): Error | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

async function notFound(): Promise<never> {
  throw new NotFoundError('Not Found');
}

/** JSON, an empty body being null, for the route's schema to judge; and forms, which a route that takes one reads itself. */
function parseBodies(app: App): void {
  const parse = createJsonParser(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null, null);
    let value: unknown;
    const error = errorOf(() => {
      value = parse(request, body as string);
    });
    done(error ?? null, value);
  });
  app.addContentTypeParser('multipart/form-data', ({ routeOptions }, _payload, done) => {
    if (routeOptions.config.form !== undefined) done(null);
    else done(new UnsupportedMediaTypeError('Unsupported Media Type'));
  });
}
