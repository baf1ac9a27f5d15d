import type { components } from './components.ts';

/** What a route's own schemas do not say about it. */
export interface OperationText {
  operationId: string;
  tag:
    | 'connectors'
    | 'saved objects'
    | 'cases'
    | 'deliveries'
    | 'events'
    | 'spaces'
    | 'security'
    | 'keys'
    | 'system';
  summary: string;
  /**
   * The component that a 200's body is, or a 202's; `nothing`: a 204; `redirect`: a 302; `page`: HTML, a 302 or, for a stranger, a 401
   * in HTML too; `text`: plain text; `file`: something to be kept as it is. Left out: any JSON.
   */
  answer?: keyof typeof components | 'nothing' | 'redirect' | 'page' | 'text' | 'file';
  /** Other statuses than the answer's own whose body is not an error's. `nothing`: a 204. */
  also?: Record<number, keyof typeof components | 'nothing'>;
}

type Entry = readonly [operationId: string, summary: string, answer?: OperationText['answer']];

const connectors: Record<string, Entry> = {
  'POST /api/actions/connector': ['createConnector', 'Create a connector', 'connector'],
  'POST /api/actions/connector/:id': ['createConnectorWithId', 'Create a connector with an id', 'connector'],
  'GET /api/actions/connector/:id': ['getConnector', 'Get a connector', 'connector'],
  'PUT /api/actions/connector/:id': ['updateConnector', 'Replace a connector', 'connector'],
  'DELETE /api/actions/connector/:id': ['deleteConnector', 'Delete a connector', 'nothing'],
  'POST /api/actions/connector/:id/_execute': ['executeConnector', 'Run a connector', 'execution_result'],
  'POST /api/patchbay/connectors/_test': [
    'testConnector',
    'Run a connector that is not saved',
    'execution_result',
  ],
  'GET /api/actions/connectors': ['listConnectors', 'List connectors', 'connector_list'],
  'GET /internal/actions/connectors': [
    'listConnectorsWithSystem',
    'List connectors, with the system’s own',
    'connector_list',
  ],
  'GET /api/actions/connector_types': ['listConnectorTypes', 'List connector types', 'connector_type_list'],
  'GET /internal/actions/connector_types': [
    'listConnectorTypesWithSystem',
    'List connector types, with the system’s own',
    'connector_type_list',
  ],
  'GET /internal/actions/connector_types/:id/spec': [
    'getConnectorSpec',
    'Get what a form for connectors of a type needs, for types with `source: spec`',
    'connector_spec',
  ],
  'GET /api/patchbay/connectors/:id/settings': [
    'getConnectorSettings',
    'Get how a connector connects',
    'connector_settings',
  ],
  'PUT /api/patchbay/connectors/:id/settings': [
    'putConnectorSettings',
    'Replace how a connector connects',
    'connector_settings',
  ],
  'DELETE /api/patchbay/connectors/:id/settings': [
    'deleteConnectorSettings',
    'Let a connector connect as all others do',
    'nothing',
  ],
  'GET /api/patchbay/connectors/:id/access': [
    'getConnectorAccess',
    'Get who may use and change a connector',
    'connector_access',
  ],
  'PUT /api/patchbay/connectors/:id/access': [
    'putConnectorAccess',
    'Replace who may use and change a connector',
    'connector_access',
  ],
  'DELETE /api/patchbay/connectors/:id/access': [
    'deleteConnectorAccess',
    'Let everybody use and change a connector whom the space lets',
    'nothing',
  ],
  'GET /internal/actions/connector/:id/access_control': [
    'getConnectorAccessControl',
    'Get what the caller may do with a connector, and who else may',
    'connector_access_control',
  ],
  'PUT /internal/actions/connector/:id/access_control': [
    'putConnectorAccessControl',
    'Make a connector private or public, and enter who may see and run it',
    'nothing',
  ],
  'POST /internal/actions/connector/:id/access_control/_suggest_user_profiles': [
    'suggestConnectorUsers',
    'Find users to enter',
    'user_profile_list',
  ],
  'GET /api/patchbay/connectors/_health': [
    'listConnectorHealth',
    'How the connectors of a space are doing',
    'connector_health_list',
  ],
  'GET /api/patchbay/connectors/:id/health': [
    'getConnectorHealth',
    'How a connector is doing',
    'connector_health',
  ],
  'POST /api/patchbay/connectors/:id/_copy': [
    'copyConnector',
    'Copy a connector, with its secrets and settings, to other spaces',
    'copied_connectors',
  ],
  'POST /api/patchbay/connectors/_copy': [
    'copyConnectors',
    'Copy connectors, with their secrets and settings, to other spaces',
    'copied_connectors',
  ],
  'POST /api/patchbay/connectors/_export': [
    'exportConnectorsWithSecrets',
    'Export connectors with their secrets and settings, encrypted for age',
    'file',
  ],
  'POST /api/patchbay/connectors/_import': [
    'importConnectorsWithSecrets',
    'Import connectors with their secrets and settings, from a file that is encrypted for age',
    'imported_connectors',
  ],
  'POST /internal/actions/connector/:connectorId/_start_oauth_flow': [
    'startAuthorization',
    'Begin an OAuth authorization, and tell where the browser is to go',
    'authorization_start',
  ],
  'GET /api/actions/connector/:connectorId/oauth/start': [
    'openAuthorization',
    'Begin an OAuth authorization in a browser',
    'redirect',
  ],
  'GET /api/actions/connector/_oauth_callback': [
    'finishAuthorization',
    'Where an authorization server sends the browser back to',
    'page',
  ],
  'GET /internal/actions/connector/_oauth_callback': [
    'finishAuthorizationFormerly',
    'The same, as it was called once',
    'page',
  ],
  'POST /internal/actions/connector/:connectorId/_oauth_disconnect': [
    'deleteAuthorization',
    'Forget the tokens of a connector',
    'nothing',
  ],
  'POST /internal/actions/connector/_oauth_access_token': [
    'requestAccessToken',
    'Ask for a token by credentials that are not saved',
    'access_token',
  ],
  'POST /internal/actions/connectors/_me/auth_status': [
    'getAuthorizationStatus',
    'Which connectors the caller has authorized',
    'authorization_status',
  ],
  'GET /internal/stack_connectors/:id/secret_headers': [
    'listSecretHeaders',
    'List the names of a connector’s secret headers',
    'name_list',
  ],
};

const deliveries: Record<string, Entry> = {
  'GET /api/patchbay/why': ['getWhy', 'Why something arrived or did not, and what happened', 'why'],
  'POST /api/patchbay/deliveries': [
    'enqueueDeliveries',
    'Enqueue runs that nobody waits for',
    'enqueued_deliveries',
  ],
  'GET /api/patchbay/deliveries': ['findDeliveries', 'Find deliveries, the newest first', 'delivery_list'],
  'GET /api/patchbay/deliveries/:id': ['getDelivery', 'Get a delivery and its attempts', 'delivery'],
  'POST /api/patchbay/deliveries/:id/_cancel': [
    'cancelDelivery',
    'Take a delivery back that has not begun',
    'delivery',
  ],
  'POST /api/patchbay/deliveries/:id/_replay': [
    'replayDelivery',
    'Run a delivery that is over again',
    'delivery',
  ],
  'POST /api/patchbay/deliveries/:id/_discard': [
    'discardDelivery',
    'Wait no more for a delivery that is dead',
    'delivery',
  ],
  'POST /api/patchbay/deliveries/_cancel': [
    'cancelDeliveries',
    'Take back those that match and have not begun',
    'deliveries_changed',
  ],
  'POST /api/patchbay/deliveries/_replay': [
    'replayDeliveries',
    'Run those again that match and are dead, discarded or cancelled',
    'deliveries_changed',
  ],
  'POST /api/patchbay/deliveries/_discard': [
    'discardDeliveries',
    'Wait no more for those that match and are dead',
    'deliveries_changed',
  ],
};

const savedObjects: Record<string, Entry> = {
  'POST /api/saved_objects/_export': [
    'exportSavedObjects',
    'Export connectors, without their secrets, as NDJSON that Kibana imports',
    'file',
  ],
  'POST /api/saved_objects/_import': [
    'importSavedObjects',
    'Import connectors from NDJSON as Kibana exports it',
    'import_result',
  ],
  'POST /api/saved_objects/_resolve_import_errors': [
    'resolveImportErrors',
    'Import the objects of a file that it is said of how',
    'import_result',
  ],
};

const events: Record<string, Entry> = {
  'GET /api/patchbay/events': ['findEvents', 'Find events of the event log', 'event_list'],
  'GET /api/patchbay/connectors/_failure_rate': [
    'getFailureRate',
    'How much of what was asked of connectors failed',
    'failure_rates',
  ],
  'POST /internal/actions/_global_connector_execution_logs': [
    'findExecutions',
    'Find runs of connectors that have ended',
    'execution_log',
  ],
  'POST /internal/actions/_global_connector_execution_kpi': [
    'countExecutions',
    'How runs of connectors ended',
    'execution_kpi',
  ],
};

const cases: Record<string, Entry> = {
  'POST /api/cases': ['createCase', 'Create a case', 'case'],
  'GET /api/cases/_find': ['findCases', 'Find cases', 'found_cases'],
  'GET /api/cases/:case_id': ['getCase', 'Get a case with what is attached to it', 'case'],
  'PATCH /api/cases': ['updateCases', 'Change cases', 'case_list'],
  'DELETE /api/cases': ['deleteCases', 'Delete cases', 'nothing'],
  'GET /api/cases/tags': ['listCaseTags', 'List the tags that cases have', 'name_list'],
  'GET /api/cases/reporters': ['listCaseReporters', 'List who made cases', 'case_user_list'],
  'GET /api/cases/alerts/:alert_id': [
    'listCasesOfAlert',
    'List the cases that an alert is attached to',
    'related_cases',
  ],
  'GET /api/cases/:case_id/alerts': ['listCaseAlerts', 'List the alerts of a case', 'case_alerts'],
  'GET /api/cases/:case_id/user_actions/_find': [
    'findCaseActivity',
    'List what was done to a case',
    'case_user_actions',
  ],
  'POST /api/cases/:case_id/connector/:connector_id/_push': [
    'pushCase',
    'Push a case to the service of a connector',
    'case',
  ],
  'POST /api/cases/:case_id/comments': ['addCaseComment', 'Attach a comment or alerts to a case', 'case'],
  'PATCH /api/cases/:case_id/comments': ['updateCaseComment', 'Change a comment', 'case'],
  'GET /api/cases/:case_id/comments/_find': [
    'findCaseComments',
    'List the comments of a case',
    'found_case_comments',
  ],
  'GET /api/cases/:case_id/comments/:comment_id': [
    'getCaseComment',
    'Get a comment or what else is attached',
    'case_comment',
  ],
  'DELETE /api/cases/:case_id/comments/:comment_id': [
    'deleteCaseComment',
    'Delete a comment or what else is attached',
    'nothing',
  ],
  'DELETE /api/cases/:case_id/comments': [
    'deleteCaseComments',
    'Delete all that is attached to a case',
    'nothing',
  ],
  'GET /api/cases/configure': [
    'listCaseConfigurations',
    'List how the cases of each owner are configured',
    'case_configuration_list',
  ],
  'POST /api/cases/configure': [
    'createCaseConfiguration',
    'Configure the cases of an owner, in the place of what was configured',
    'case_configuration',
  ],
  'PATCH /api/cases/configure/:configuration_id': [
    'updateCaseConfiguration',
    'Change how the cases of an owner are configured',
    'case_configuration',
  ],
  'GET /api/cases/configure/connectors/_find': [
    'listCaseConnectors',
    'List the connectors that cases can be pushed by',
    'case_connectors',
  ],
  'POST /internal/cases/_bulk_get': ['getCases', 'Get several cases', 'some_cases'],
  'POST /internal/cases/:case_id/attachments/_bulk_create': [
    'attachToCase',
    'Attach several comments and alerts to a case',
    'case',
  ],
  'POST /internal/cases/:case_id/attachments/_bulk_get': [
    'getCaseAttachments',
    'Get several attachments of a case',
    'some_case_attachments',
  ],
};

const spaces: Record<string, Entry> = {
  'POST /api/spaces/space': ['createSpace', 'Create a space', 'space'],
  'GET /api/spaces/space': ['listSpaces', 'List the spaces that the caller may see', 'space_list'],
  'GET /api/spaces/space/:id': ['getSpace', 'Get a space', 'space'],
  'PUT /api/spaces/space/:id': ['updateSpace', 'Replace a space', 'space'],
  'DELETE /api/spaces/space/:id': ['deleteSpace', 'Delete a space and what is in it', 'nothing'],
};

const security: Record<string, Entry> = {
  'GET /api/security/role': ['listRoles', 'List roles', 'role_list'],
  'GET /api/security/role/:name': ['getRole', 'Get a role', 'role'],
  'PUT /api/security/role/:name': ['putRole', 'Create or replace a role', 'nothing'],
  'DELETE /api/security/role/:name': ['deleteRole', 'Delete a role', 'nothing'],
  'POST /api/security/roles': ['putRoles', 'Create or replace several roles', 'roles_put'],
  'POST /api/security/role/_query': ['findRoles', 'Find roles by name', 'found_roles'],
  'GET /internal/security/users': ['listUsers', 'List users', 'user_list'],
  'GET /internal/security/users/:username': ['getUser', 'Get a user', 'user'],
  'POST /internal/security/users/:username': ['putUser', 'Create or change a user', 'user'],
  'DELETE /internal/security/users/:username': ['deleteUser', 'Delete a user', 'nothing'],
  'POST /internal/security/users/:username/password': [
    'changePassword',
    'Change one’s own password, or anybody’s with the privilege',
    'nothing',
  ],
  'POST /internal/security/users/:username/_enable': ['enableUser', 'Let a user in again', 'nothing'],
  'POST /internal/security/users/:username/_disable': ['disableUser', 'Let a user in no more', 'nothing'],
  'GET /internal/security/me': ['getMe', 'Who the caller is', 'caller'],
  'POST /internal/security/login': ['logIn', 'Begin a session, held by a cookie', 'login'],
  'GET /api/security/logout': ['logOut', 'End the session', 'redirect'],
  'GET /internal/security/session': ['getSession', 'How long the session goes on', 'session'],
  'POST /internal/security/session': ['extendSession', 'Put off the end of the session', 'redirect'],
  'POST /api/security/session/_invalidate': [
    'invalidateSessions',
    'End sessions of others',
    'sessions_ended',
  ],
  'POST /internal/security/api_key': ['createApiKey', 'Create an API key', 'new_api_key'],
  'PUT /internal/security/api_key': ['updateApiKey', 'Change an API key of one’s own', 'api_key_updated'],
  'POST /internal/security/api_key/_query': ['findApiKeys', 'Find API keys', 'found_api_keys'],
  'POST /internal/security/api_key/invalidate': ['invalidateApiKeys', 'End API keys', 'invalidated_api_keys'],
};

const keys: Record<string, Entry> = {
  'POST /api/encrypted_saved_objects/_rotate_key': [
    'rotateKeys',
    'Seal anew what former keys sealed',
    'key_rotation',
  ],
  'GET /api/patchbay/keys': ['countSealed', 'Count what present and former keys sealed', 'sealed_count'],
};

const system: Record<string, Entry> = {
  'GET /api/status': ['getStatus', 'How the server is', 'status'],
  'GET /api/patchbay/usage': ['getUsage', 'What the installation is used for', 'usage'],
  'GET /livez': ['getLiveness', 'Whether the process lives', 'health'],
  'GET /readyz': ['getReadiness', 'Whether the server can work', 'health'],
  'GET /metrics': ['getMetrics', 'What Prometheus reads', 'text'],
  'POST /api/patchbay/_backup': ['takeBackup', 'Take a backup of everything', 'file'],
  'GET /api/openapi.json': ['getOpenApi', 'This document'],
};

const BY_TAG: Record<OperationText['tag'], Record<string, Entry>> = {
  connectors,
  'saved objects': savedObjects,
  cases,
  deliveries,
  events,
  spaces,
  security,
  keys,
  system,
};
const tags = Object.keys(BY_TAG) as OperationText['tag'][];

/** The texts for a route; for one that has none here, its operation is named after its method and URL. */
export function operationText(method: string, url: string): OperationText {
  const key = `${method} ${url}`;
  for (const tag of tags) {
    const entry = BY_TAG[tag][key];
    if (entry !== undefined) return textOf(tag, entry);
  }
  const operationId = key.toLowerCase().replace(/[^a-z0-9]+(.)?/g, (_, next = '') => next.toUpperCase());
  return { operationId, tag: 'system', summary: key };
}

/** Every route that has texts, with them. */
export function documentedOperations(): { method: string; url: string; text: OperationText }[] {
  return tags.flatMap((tag) =>
    Object.entries(BY_TAG[tag]).map(([key, entry]) => {
      const [method = '', url = ''] = key.split(' ');
      return { method, url, text: textOf(tag, entry) };
    }),
  );
}

function textOf(tag: OperationText['tag'], [operationId, summary, answer]: Entry): OperationText {
  return {
    operationId,
    tag,
    summary,
    ...(answer !== undefined && { answer }),
    ...((answer === 'status' || answer === 'health') && { also: { 503: answer } }),
    // Whoever came without a session has none to be told of.
    ...(answer === 'session' && { also: { 204: 'nothing' } }),
  };
}
