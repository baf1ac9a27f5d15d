import { http } from '@patchbay/engine/node-http';
import type { FastifyRequest } from 'fastify';
import type { Audit, AuditEvent } from '../audit.ts';
import type { App } from './app-type.ts';
import { clientAddress } from './client-address.ts';

/** What each audited action does, and to what. */
const ACTIONS = {
  connector_create: { category: 'database', type: 'creation', object: 'action' },
  connector_update: { category: 'database', type: 'change', object: 'action' },
  connector_delete: { category: 'database', type: 'deletion', object: 'action' },
  connector_authorization_start: { category: 'database', type: 'creation', object: 'action' },
  connector_authorization_finish: { category: 'database', type: 'creation', object: 'action' },
  connector_authorization_delete: { category: 'database', type: 'deletion', object: 'action' },
  connector_settings_update: { category: 'database', type: 'change', object: 'action' },
  connector_settings_delete: { category: 'database', type: 'deletion', object: 'action' },
  connector_execute: { category: 'web', type: 'access', object: 'action' },
  connector_test: { category: 'web', type: 'access', object: 'action' },
  delivery_enqueue: { category: 'database', type: 'creation', object: 'delivery' },
  connector_access_update: { category: 'iam', type: 'change', object: 'action' },
  connector_access_delete: { category: 'iam', type: 'deletion', object: 'action' },
  connector_copy: { category: 'database', type: 'creation', object: 'action' },
  connector_export_with_secrets: { category: 'database', type: 'access', object: 'action' },
  connector_import_with_secrets: { category: 'database', type: 'creation', object: 'action' },
  saved_objects_export: { category: 'database', type: 'access', object: 'action' },
  saved_objects_import: { category: 'database', type: 'creation', object: 'action' },
  delivery_cancel: { category: 'database', type: 'change', object: 'delivery' },
  delivery_replay: { category: 'database', type: 'change', object: 'delivery' },
  delivery_discard: { category: 'database', type: 'change', object: 'delivery' },
  case_create: { category: 'database', type: 'creation', object: 'cases' },
  case_update: { category: 'database', type: 'change', object: 'cases' },
  case_delete: { category: 'database', type: 'deletion', object: 'cases' },
  case_push: { category: 'database', type: 'change', object: 'cases' },
  case_comment_create: { category: 'database', type: 'creation', object: 'cases-comments' },
  case_comment_update: { category: 'database', type: 'change', object: 'cases-comments' },
  case_comment_delete: { category: 'database', type: 'deletion', object: 'cases-comments' },
  case_configuration_create: { category: 'database', type: 'creation', object: 'cases-configure' },
  case_configuration_update: { category: 'database', type: 'change', object: 'cases-configure' },
  space_create: { category: 'database', type: 'creation', object: 'space' },
  space_update: { category: 'database', type: 'change', object: 'space' },
  space_delete: { category: 'database', type: 'deletion', object: 'space' },
  user_login: { category: 'authentication', type: 'start', object: 'session' },
  user_logout: { category: 'authentication', type: 'end', object: 'session' },
  session_invalidate: { category: 'authentication', type: 'end', object: 'session' },
  user_put: { category: 'iam', type: 'change', object: 'user' },
  user_delete: { category: 'iam', type: 'deletion', object: 'user' },
  user_password_change: { category: 'iam', type: 'change', object: 'user' },
  role_put: { category: 'iam', type: 'change', object: 'role' },
  role_delete: { category: 'iam', type: 'deletion', object: 'role' },
  api_key_create: { category: 'iam', type: 'creation', object: 'api_key' },
  api_key_update: { category: 'iam', type: 'change', object: 'api_key' },
  api_key_invalidate: { category: 'iam', type: 'deletion', object: 'api_key' },
  store_backup: { category: 'database', type: 'access', object: 'store' },
  encryption_key_rotate: { category: 'database', type: 'change', object: 'encryption_key' },
} as const;

export type AuditAction = keyof typeof ACTIONS;

/** Runs, which the event log has too: they are written down where the settings ask for it. */
const RUNS: ReadonlySet<AuditAction> = new Set(['connector_execute', 'connector_test', 'delivery_enqueue']);

const DENIED = new Set([401, 403, 429]);

/** Writes down every call of a route with an audit action, and every call that is denied. */
export function auditRequests(
  app: App,
  { audit, withRuns, now }: { audit: Audit; withRuns: boolean; now(): Date },
): void {
  // Not onResponse: a change is written down even if its caller did not wait for the answer.
  app.addHook('onSend', (request, reply, payload, done) => {
    const named = request.routeOptions.config.audit || undefined;
    const action = named !== undefined && RUNS.has(named) && !withRuns ? undefined : named;
    const isDenied = DENIED.has(reply.statusCode);
    if (action !== undefined || isDenied) audit.write(eventOf(request, reply.statusCode, action, now()));
    done(null, payload);
  });
}

function eventOf(
  request: FastifyRequest,
  statusCode: number,
  action: AuditAction | undefined,
  at: Date,
): AuditEvent {
  const facts = action === undefined ? undefined : ACTIONS[action];
  const isDenied = DENIED.has(statusCode);
  const outcome = statusCode < 400 && !request.hasFailed ? 'success' : 'failure';
  const id = objectId(request);
  const { principal } = request;
  const who = principal?.username ?? 'nobody';
  const name = action ?? 'http_request';
  return {
    '@timestamp': at.toISOString(),
    event: {
      action: name,
      category: [facts?.category ?? 'web'],
      type: [...(facts === undefined ? ['access'] : [facts.type]), ...(isDenied ? ['denied'] : [])],
      outcome,
    },
    ...(principal !== undefined && { user: { name: principal.username, roles: principal.roles } }),
    kibana: {
      space_id: request.spaceId,
      ...(facts !== undefined && { saved_object: { type: facts.object, ...(id !== undefined && { id }) } }),
    },
    http: { request: { method: request.method } },
    url: { path: request.originalUrl.split('?', 1)[0] ?? '' },
    client: { ip: clientAddress(request) },
    trace: { id: request.id },
    // The answer's own text is not repeated: it may quote what was sent.
    ...(statusCode >= 400 && {
      error: { code: String(statusCode), message: http.STATUS_CODES[statusCode] ?? 'Unknown' },
    }),
    message: `${who}: ${name}${id === undefined ? '' : ` [${id}]`}: ${isDenied ? 'denied' : outcome}`,
  };
}

function objectId({ auditedId, params }: FastifyRequest): string | undefined {
  if (auditedId !== undefined) return auditedId;
  const { id, connectorId, username, name, ...more } = (params ?? {}) as Record<string, string | undefined>;
  const { comment_id, case_id, configuration_id } = more;
  return id ?? connectorId ?? username ?? name ?? comment_id ?? case_id ?? configuration_id;
}
