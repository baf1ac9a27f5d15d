import { form } from '../form.ts';
import { type Rights, SPACES, type Space } from './callers.ts';

/** Who may, by a caller's rights and the space that is asked for. */
export const WHO = {
  'nobody is asked': () => true,
  'any user': ({ isUser }) => isUser,
  'reads connectors': ({ reads }, space) => reads.includes(space),
  'reads connectors everywhere': ({ reads }) => reads.length === SPACES.length,
  'changes connectors': ({ writes }, space) => writes.includes(space),
  'reads cases': ({ readsCases }, space) => readsCases.includes(space),
  'changes cases': ({ writesCases }, space) => writesCases.includes(space),
  'sees the space': ({ reads, readsCases, managesSpaces }, space) =>
    managesSpaces || reads.includes(space) || readsCases.includes(space),
  'manages spaces': ({ managesSpaces }) => managesSpaces,
  'manages security': ({ managesSecurity }) => managesSecurity,
  superuser: ({ isSuperuser }) => isSuperuser,
} satisfies Record<string, (rights: Rights, space: Space) => boolean>;

export type Who = keyof typeof WHO;

/**
 * What is sent, where a path alone does not get as far as the privilege. In it, `{space}` is the space that is asked for;
 * `{case}`, `{comment}` and `{configuration}` are made there anew for each call.
 */
export interface Sent {
  /** By the path's parameters; one that is not here is `nothing`. */
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export type RouteRule = Who | readonly [Who, Sent];

const connector = { name: 'x', connector_type_id: '.server-log' };
const run = { params: { message: 'hello' } };
const matching = { filter: { order_key: 'of nobody' } };

const ofCase = { params: { case_id: '{case}' } };
const ofComment = { params: { case_id: '{case}', comment_id: '{comment}' } };
const upload = form({ name: 'none.ndjson', text: '' });
const toOpen = form({ name: 'none.age', text: '' }, { passphrase: 'twelve and more' });
const retried = form({ name: 'none.ndjson', text: '' }, { retries: '[]' });
const note = { type: 'user', comment: 'A note', owner: 'cases' };
const noConnector = { id: 'none', name: 'none', type: '.none', fields: null };
export const newCase = {
  title: 'A case',
  description: 'Of the matrix',
  tags: [],
  connector: noConnector,
  settings: { syncAlerts: false },
  owner: 'cases',
};
export const newConfiguration = { connector: noConnector, closure_type: 'close-by-user', owner: 'cases' };

/**
 * Of every route, who may call it. A route that is in the API's document and not here fails the test, and so does the
 * reverse: a new route is a new line.
 */
export const ROUTE_RULES: Readonly<Record<string, RouteRule>> = {
  'GET /api/status': 'nobody is asked',
  'GET /livez': 'nobody is asked',
  'GET /readyz': 'nobody is asked',
  'GET /api/openapi.json': 'nobody is asked',
  'GET /metrics': 'reads connectors everywhere',

  'POST /api/patchbay/connectors/{id}/_copy': ['changes connectors', { body: { spaces: ['{space}'] } }],
  'POST /api/patchbay/connectors/_copy': [
    'changes connectors',
    { body: { connector_ids: ['nothing'], spaces: ['{space}'] } },
  ],
  'POST /api/patchbay/connectors/_export': [
    'superuser',
    { body: { connector_ids: ['nothing'], passphrase: 'twelve and more' } },
  ],
  'POST /api/patchbay/connectors/_import': ['changes connectors', toOpen],
  'POST /api/saved_objects/_export': ['reads connectors', { body: { type: 'action' } }],
  'POST /api/saved_objects/_import': ['changes connectors', upload],
  'POST /api/saved_objects/_resolve_import_errors': ['changes connectors', retried],

  'GET /api/actions/connectors': 'reads connectors',
  'GET /api/actions/connector/{id}': 'reads connectors',
  'GET /api/actions/connector_types': 'any user',
  'GET /internal/actions/connectors': 'reads connectors',
  'GET /internal/actions/connector_types': 'any user',
  'GET /internal/actions/connector_types/{id}/spec': 'reads connectors',
  'GET /internal/stack_connectors/{id}/secret_headers': 'reads connectors',
  'GET /internal/stack_connectors/{id}/secret_query_params': 'reads connectors',
  'POST /api/actions/connector': ['changes connectors', { body: connector }],
  'POST /api/actions/connector/{id}': ['changes connectors', { body: connector }],
  'PUT /api/actions/connector/{id}': ['changes connectors', { body: { name: 'x' } }],
  'DELETE /api/actions/connector/{id}': 'changes connectors',
  'POST /api/actions/connector/{id}/_execute': ['reads connectors', { body: run }],
  'POST /api/patchbay/connectors/_test': [
    'changes connectors',
    { body: { connector_type_id: '.server-log', ...run } },
  ],
  'GET /api/patchbay/connectors/{id}/settings': 'reads connectors',
  'GET /api/patchbay/connectors/_health': 'reads connectors',
  'GET /api/patchbay/connectors/{id}/health': 'reads connectors',
  'GET /api/patchbay/usage': 'manages security',
  'GET /api/patchbay/why': ['reads connectors', { query: 'connector_id=nowhere' }],
  'PUT /api/patchbay/connectors/{id}/settings': ['changes connectors', { body: {} }],
  'DELETE /api/patchbay/connectors/{id}/settings': 'changes connectors',
  // Beside it stands what the connector says itself: app.connector-access.test.ts has that.
  'GET /api/patchbay/connectors/{id}/access': 'reads connectors',
  'PUT /api/patchbay/connectors/{id}/access': ['changes connectors', { body: {} }],
  'DELETE /api/patchbay/connectors/{id}/access': 'changes connectors',
  'GET /internal/actions/connector/{id}/access_control': 'reads connectors',
  'PUT /internal/actions/connector/{id}/access_control': [
    'changes connectors',
    { body: { access_mode: 'private' } },
  ],
  'POST /internal/actions/connector/{id}/access_control/_suggest_user_profiles': [
    'reads connectors',
    { body: { name: '' } },
  ],

  'POST /internal/actions/connector/{connectorId}/_start_oauth_flow': ['reads connectors', { body: {} }],
  'GET /api/actions/connector/{connectorId}/oauth/start': 'reads connectors',
  'POST /internal/actions/connector/{connectorId}/_oauth_disconnect': 'reads connectors',
  'POST /internal/actions/connectors/_me/auth_status': 'reads connectors',
  'POST /internal/actions/connector/_oauth_access_token': [
    'changes connectors',
    {
      body: {
        type: 'client',
        options: {
          tokenUrl: 'http://127.0.0.1:1/token',
          scope: 'x',
          config: { clientId: 'x' },
          secrets: { clientSecret: 'x' },
        },
      },
    },
  ],
  // Whose state it is decides; that the browser's login may execute there is asked with it.
  'GET /api/actions/connector/_oauth_callback': 'any user',
  'GET /internal/actions/connector/_oauth_callback': 'any user',

  'POST /api/patchbay/deliveries': ['reads connectors', { body: { connector_id: 'nothing', params: {} } }],
  'GET /api/patchbay/deliveries': 'reads connectors',
  'GET /api/patchbay/deliveries/{id}': 'reads connectors',
  'POST /api/patchbay/deliveries/{id}/_cancel': 'reads connectors',
  'POST /api/patchbay/deliveries/{id}/_replay': 'reads connectors',
  'POST /api/patchbay/deliveries/{id}/_discard': 'reads connectors',
  'POST /api/patchbay/deliveries/_cancel': ['reads connectors', { body: matching }],
  'POST /api/patchbay/deliveries/_replay': ['reads connectors', { body: matching }],
  'POST /api/patchbay/deliveries/_discard': ['reads connectors', { body: matching }],

  'GET /api/patchbay/events': 'reads connectors',
  'GET /api/patchbay/connectors/_failure_rate': 'reads connectors',
  'POST /internal/actions/_global_connector_execution_logs': [
    'reads connectors',
    { body: { date_start: 'now-1d' } },
  ],
  'POST /internal/actions/_global_connector_execution_kpi': [
    'reads connectors',
    { body: { date_start: 'now-1d' } },
  ],

  'POST /api/cases': ['changes cases', { body: newCase }],
  'PATCH /api/cases': [
    'changes cases',
    { body: { cases: [{ id: '{case}', version: 'WzEsMV0=', title: 'y' }] } },
  ],
  'DELETE /api/cases': ['changes cases', { query: 'ids={case}' }],
  'GET /api/cases/_find': 'reads cases',
  'GET /api/cases/tags': 'reads cases',
  'GET /api/cases/reporters': 'reads cases',
  'GET /api/cases/alerts/{alert_id}': 'reads cases',
  'GET /api/cases/{case_id}': ['reads cases', ofCase],
  'GET /api/cases/{case_id}/alerts': ['reads cases', ofCase],
  'GET /api/cases/{case_id}/user_actions/_find': ['reads cases', ofCase],
  'GET /api/cases/{case_id}/comments/_find': ['reads cases', ofCase],
  'GET /api/cases/{case_id}/comments/{comment_id}': ['reads cases', ofComment],
  'POST /api/cases/{case_id}/comments': ['changes cases', { ...ofCase, body: note }],
  'PATCH /api/cases/{case_id}/comments': [
    'changes cases',
    { ...ofCase, body: { ...note, id: '{comment}', version: 'WzEsMV0=' } },
  ],
  'DELETE /api/cases/{case_id}/comments': ['changes cases', ofCase],
  'DELETE /api/cases/{case_id}/comments/{comment_id}': ['changes cases', ofComment],
  'POST /api/cases/{case_id}/connector/{connector_id}/_push': ['changes cases', { ...ofCase, body: {} }],
  'POST /internal/cases/_bulk_get': ['any user', { body: { ids: ['{case}'] } }],
  'POST /internal/cases/{case_id}/attachments/_bulk_create': ['changes cases', { ...ofCase, body: [note] }],
  'POST /internal/cases/{case_id}/attachments/_bulk_get': [
    'reads cases',
    { ...ofComment, body: { ids: ['{comment}'] } },
  ],
  'GET /api/cases/configure': 'reads cases',
  'POST /api/cases/configure': ['changes cases', { body: newConfiguration }],
  'PATCH /api/cases/configure/{configuration_id}': [
    'changes cases',
    { params: { configuration_id: '{configuration}' }, body: { version: 'WzEsMV0=' } },
  ],
  'GET /api/cases/configure/connectors/_find': 'reads connectors',

  'GET /api/spaces/space': 'any user',
  'POST /api/spaces/space': ['manages spaces', { body: { id: 'made', name: 'Made' } }],
  'GET /api/spaces/space/{id}': ['sees the space', { params: { id: '{space}' } }],
  'PUT /api/spaces/space/{id}': ['manages spaces', { body: { id: 'nothing', name: 'Nothing' } }],
  'DELETE /api/spaces/space/{id}': 'manages spaces',

  'GET /api/security/role': 'manages security',
  'GET /api/security/role/{name}': 'manages security',
  'PUT /api/security/role/{name}': ['manages security', { body: {} }],
  'DELETE /api/security/role/{name}': 'manages security',
  'POST /api/security/roles': ['manages security', { body: { roles: {} } }],
  'POST /api/security/role/_query': ['manages security', { body: {} }],
  'GET /internal/security/users': 'manages security',
  'GET /internal/security/users/{username}': 'manages security',
  'POST /internal/security/users/{username}': [
    'manages security',
    { params: { username: 'made' }, body: { username: 'made', password: 'password' } },
  ],
  'DELETE /internal/security/users/{username}': 'manages security',
  'POST /internal/security/users/{username}/password': [
    'manages security',
    { body: { newPassword: 'password' } },
  ],
  'POST /internal/security/users/{username}/_enable': 'manages security',
  'POST /internal/security/users/{username}/_disable': 'manages security',
  'GET /internal/security/me': 'any user',
  // Refused as a browser's page of another version is, behind the question who calls: a login for each caller takes too long.
  'POST /internal/security/login': ['nobody is asked', { headers: { 'kbn-version': '0.0.0' } }],
  'GET /api/security/logout': 'nobody is asked',
  'GET /internal/security/session': 'any user',
  'POST /internal/security/session': 'any user',
  'POST /api/security/session/_invalidate': ['superuser', { body: { match: 'all' } }],
  'POST /internal/security/api_key': ['any user', { body: { name: 'made' } }],
  'PUT /internal/security/api_key': ['any user', { body: { id: 'nothing' } }],
  'POST /internal/security/api_key/_query': ['any user', { body: {} }],
  'POST /internal/security/api_key/invalidate': ['any user', { body: { apiKeys: [] } }],

  'POST /api/encrypted_saved_objects/_rotate_key': 'manages security',
  'GET /api/patchbay/keys': 'manages security',
  'POST /api/patchbay/_backup': 'superuser',
};
