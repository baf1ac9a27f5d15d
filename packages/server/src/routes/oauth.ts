import { can, ensureMayWithConnector, type Principal } from '@patchbay/engine/access';
import type { Connector } from '@patchbay/engine/catalog';
import { AnswerError } from '@patchbay/engine/errors';
import { type AccessTokenRequest, CALLBACK_PATH, type Outcome } from '@patchbay/engine/oauth';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { CALLBACK_HEADERS, callbackPage } from '../wire/callback-page.ts';
import { authorize, hiddenFrom } from './connector-access.ts';

const params = z.object({ connectorId: z.string() });

const httpUri = z
  .string()
  .refine((uri) => /^https?:\/\//i.test(uri) && URL.canParse(uri), 'expected URI with scheme [http|https].');
const startBody = z.strictObject({ returnUrl: httpUri.optional() });

const clientOptions = z.strictObject({
  tokenUrl: z.string(),
  scope: z.string(),
  config: z.strictObject({ clientId: z.string() }),
  secrets: z.strictObject({ clientSecret: z.string() }),
});
const jwtOptions = z.strictObject({
  tokenUrl: z.string(),
  config: z.strictObject({
    clientId: z.string(),
    jwtKeyId: z.string(),
    userIdentifierValue: z.string(),
  }),
  secrets: z.strictObject({
    clientSecret: z.string(),
    privateKey: z.string(),
    privateKeyPassword: z.string().optional(),
  }),
});
const accessTokenBody = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('client'), options: clientOptions }),
  z.strictObject({ type: z.literal('jwt'), options: jwtOptions }),
]);

const text = z.string().optional();
/** Authorization servers add what they like. */
const callbackQuery = z.looseObject({
  code: text,
  state: text,
  error: text,
  error_description: text,
  session_state: text,
});

/** The authorization code flow, which a browser goes through. The address that it comes back to was internal once. */
export function oauthRoutes(app: App, system: System): void {
  const { oauth, catalog } = system;
  const isInternal = { access: 'internal', isActionsRoute: true } as const;
  const isPublic = { access: 'public', isActionsRoute: true } as const;

  async function authorizeAuthorization(request: FastifyRequest, connectorId: string): Promise<Principal> {
    const caller = authorize(system, request, 'get');
    const connector = (await catalog.resolve(request.spaceId, connectorId))?.connector;
    if (connector !== undefined) ensureMayAuthorize(caller, connector);
    return caller;
  }

  async function refusalOf(caller: Principal, spaceId: string, connectorId: string) {
    if (!can(caller, 'execute', spaceId)) return 'Unauthorized to execute actions';
    const connector = (await catalog.resolve(spaceId, connectorId))?.connector;
    try {
      if (connector !== undefined) ensureMayAuthorize(caller, connector);
      return undefined;
    } catch (error) {
      if (error instanceof AnswerError) return error.message;
      throw error;
    }
  }

  const start = async (request: FastifyRequest, connectorId: string, returnUrl?: string) => {
    const { profileUid } = await authorizeAuthorization(request, connectorId);
    return oauth.start({ spaceId: request.spaceId, connectorId, returnUrl, profileUid });
  };

  app.post(
    '/internal/actions/connector/:connectorId/_start_oauth_flow',
    {
      schema: { params, body: startBody.nullable() },
      config: { ...isInternal, audit: 'connector_authorization_start' },
    },
    async (request) => start(request, request.params.connectorId, request.body?.returnUrl),
  );

  // What people open in a browser: its login is asked for here, and is there when the browser comes back.
  app.get(
    '/api/actions/connector/:connectorId/oauth/start',
    { schema: { params }, config: { ...isPublic, audit: 'connector_authorization_start' } },
    async (request, reply) => {
      const { authorizationUrl } = await start(request, request.params.connectorId);
      return reply.headers(CALLBACK_HEADERS).redirect(authorizationUrl, 302);
    },
  );

  for (const url of [CALLBACK_PATH, '/internal/actions/connector/_oauth_callback']) {
    app.get(
      url,
      {
        schema: { querystring: callbackQuery },
        config: { ...isPublic, auth: 'optional', audit: 'connector_authorization_finish' },
      },
      async (request, reply) => {
        reply.headers(CALLBACK_HEADERS);
        const { principal } = request;
        if (principal === undefined) return askForLogin(reply);
        const { code, state, error, error_description: errorDescription } = request.query;
        const outcome = await oauth.finish({
          code,
          state,
          error,
          errorDescription,
          profileUid: principal.profileUid,
          refusalOf: (spaceId, connectorId) => refusalOf(principal, spaceId, connectorId),
        });
        request.auditedId = outcome.connectorId;
        request.hasFailed = outcome.problem !== undefined;
        return answer(reply, outcome);
      },
    );
  }

  app.post(
    '/internal/actions/connector/:connectorId/_oauth_disconnect',
    { schema: { params }, config: { ...isInternal, audit: 'connector_authorization_delete' } },
    async (request, reply) => {
      const { profileUid } = await authorizeAuthorization(request, request.params.connectorId);
      await oauth.disconnect(request.spaceId, request.params.connectorId, profileUid);
      return reply.code(204).send();
    },
  );

  // What a form tries credentials with before it saves them.
  app.post(
    '/internal/actions/connector/_oauth_access_token',
    { schema: { body: accessTokenBody }, config: { ...isInternal, audit: false } },
    async (request) => {
      authorize(system, request, 'update');
      const { type, options } = request.body;
      return { accessToken: await oauth.accessToken({ type, ...options } as AccessTokenRequest) };
    },
  );

  app.post(
    '/internal/actions/connectors/_me/auth_status',
    { config: { ...isInternal, audit: false } },
    async (request) => {
      const caller = authorize(system, request, 'find');
      const [statuses, hidden] = await Promise.all([
        oauth.authStatus(request.spaceId, caller.profileUid),
        hiddenFrom(system, request, caller),
      ]);
      return Object.fromEntries(
        Object.entries(statuses)
          .filter(([id]) => !hidden.has(id))
          .map(([id, status]) => [id, { user_auth_status: status }]),
      );
    },
  );
}

/** A token of one's own is for using a connector; everybody's is a part of it. */
function ensureMayAuthorize(caller: Principal, connector: Connector): void {
  ensureMayWithConnector(caller, connector, connector.authMode === 'per-user' ? 'execute' : 'edit');
}

function askForLogin(reply: FastifyReply) {
  const page = callbackPage({
    title: 'Authorization Failed',
    heading: 'Authentication Required',
    message: 'You must be logged in to complete the OAuth authorization.',
    details: 'Please log in and try again.',
  });
  return reply
    .code(401)
    .header('www-authenticate', 'Basic realm="Patchbay", charset="UTF-8"')
    .type('text/html; charset=utf-8')
    .send(page);
}

/** Back to where the user came from, or a page that says how it went. */
function answer(reply: FastifyReply, outcome: Outcome) {
  const { returnUrl, connectorId, problem } = outcome;
  if (typeof returnUrl === 'string' && connectorId !== undefined)
    return reply.redirect(withResult(returnUrl, connectorId, problem), 302);
  return reply.type('text/html; charset=utf-8').send(callbackPage(pageOf(outcome)));
}

function pageOf({ problem, isRateLimited = false }: Outcome) {
  if (problem === undefined) {
    return {
      title: 'OAuth Authorization Successful',
      heading: 'Authorization Successful',
      message: 'You can close this window.',
    };
  }
  const title = 'OAuth Authorization Failed';
  return isRateLimited
    ? {
        title,
        heading: 'Too Many Requests',
        message: 'You have made too many authorization attempts.',
        details: problem,
      }
    : {
        title,
        heading: 'Authorization Failed',
        message: 'You can close this window and try again.',
        details: problem,
      };
}

function withResult(returnUrl: string, connectorId: string, problem: string | undefined): string {
  const url = new URL(returnUrl);
  url.searchParams.set('oauth_authorization', problem === undefined ? 'success' : 'error');
  url.searchParams.set('connector_id', connectorId);
  if (problem !== undefined) url.searchParams.set('error', problem);
  return url.href;
}
