import { type ReceivedRequest, type StandIn, type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { type Row, select } from './encoded-query.ts';
import { type OauthClient, tokenAnswer } from './oauth.ts';

export interface User {
  password: string;
  roles: readonly string[];
}

export interface ServiceNowLikeOptions {
  users?: Record<string, User>;
  client?: OauthClient;
  /** Scopes of the Elastic applications that are installed. Default: both. */
  applications?: readonly string[];
  /** Requests that are answered before the rest is told to wait. */
  rateLimit?: number;
  /** Default: the first of 2026. */
  now?: () => Date;
  /** An answer instead of its own; undefined: its own. */
  answer?: (request: ReceivedRequest) => StandInAnswer | undefined;
}

/** A ServiceNow with its tables. Its own rows are numbered `INC01`, `INC02`, ..., their ids end in the same number. */
export interface ServiceNowLike extends StandIn {
  tables: Record<string, Row[]>;
  observables: Record<string, Row[]>;
}

/** By scope: what an application brings along. */
const APPLICATIONS: Record<string, { staging: string; table: string }> = {
  x_elas2_inc_int: { staging: 'x_elas2_inc_int_elastic_incident', table: 'incident' },
  x_elas2_sir_int: { staging: 'x_elas2_sir_int_elastic_si_incident', table: 'sn_si_incident' },
};

const ROLES = {
  table: 'itil',
  importSet: 'import_set_loader',
  choices: 'personalize_choices',
  events: 'evt_mgmt_integration',
};

/** The user that the tests sign in as unless they say otherwise. */
export const ALL_ROLES: readonly string[] = [
  ...Object.values(ROLES),
  ...Object.keys(APPLICATIONS).map((scope) => `${scope}.integration_user`),
];

/** Lengths of fields; ServiceNow cuts what is longer. */
const MAX_LENGTHS: Record<string, number> = { short_description: 160, correlation_id: 100 };
const OBSERVABLE_TYPES = ['ipv4-addr', 'SHA256', 'URL'];
const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };

const CHOICES: Row[] = ['priority', 'severity', 'urgency', 'a^b'].flatMap((element) =>
  ['incident', 'sn_si_incident', 'em_event', 'task', 'change_request'].map((name) => ({
    name,
    element,
    label: `1 - ${element} of ${name}`,
    value: '1',
    dependent_value: '',
    language: 'en',
    sys_id: 'hidden',
  })),
);

const DICTIONARY: Row[] = ['incident', 'sn_si_incident', 'task', 'change_request'].map((name) => ({
  name,
  element: `text_of_${name}`,
  column_label: 'Text',
  mandatory: 'false',
  max_length: '160',
  internal_type: 'string',
  active: 'true',
  array: 'false',
  read_only: 'false',
}));

const answered = (status: number, body: unknown, headers: Record<string, string> = {}): StandInAnswer => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: JSON.stringify(body),
});

const done = (result: unknown, status = 200) => answered(status, { result });

const failed = (status: number, message: string, detail: string | null, headers?: Record<string, string>) =>
  answered(status, { error: { message, detail }, status: 'failure' }, headers);

const DENIED = failed(403, 'Operation Failed', 'ACL Exception Insert Failed due to security constraints');
const NO_RECORD = failed(
  404,
  'No Record found',
  "Record doesn't exist or ACL restricts the record retrieval",
);
const NO_RESOURCE = failed(400, 'Requested URI does not represent any resource', null);

/**
 * ServiceNow's table, import set, event and OAuth APIs, the Elastic applications' own endpoints, and the rules that these
 * enforce: signing in, roles, JSON, what must be there, cut lengths, rate limits.
 */
export async function serviceNowLike(options: ServiceNowLikeOptions = {}): Promise<ServiceNowLike> {
  const {
    users = { bob: { password: 'the password', roles: ALL_ROLES } },
    client,
    applications = Object.keys(APPLICATIONS),
    rateLimit = Number.POSITIVE_INFINITY,
    now = () => new Date('2026-01-01T00:00:00Z'),
    answer = () => undefined,
  } = options;
  const tables: Record<string, Row[]> = { incident: [], sn_si_incident: [], em_event: [] };
  const observables: Record<string, Row[]> = {};
  const tokens = new Map<string, { user: string; expiresAt: number }>();
  let requests = 0;
  let rows = 0;

  function userOf({ headers }: ReceivedRequest): User | undefined {
    const [scheme, credentials = ''] = (headers.authorization ?? '').split(' ');
    if (scheme === 'Basic') {
      const [name = '', ...password] = Buffer.from(credentials, 'base64').toString().split(':');
      return users[name]?.password === password.join(':') ? users[name] : undefined;
    }
    const token = scheme === 'Bearer' ? tokens.get(credentials) : undefined;
    return token !== undefined && token.expiresAt > now().getTime() ? users[token.user] : undefined;
  }

  function issue(user: string): string | undefined {
    if (users[user] === undefined || client === undefined) return undefined;
    const token = `token-${tokens.size + 1}-of-${user}`;
    tokens.set(token, { user, expiresAt: now().getTime() + client.tokenLifetime * 1000 });
    return token;
  }

  const stamp = () => now().toISOString().slice(0, 19).replace('T', ' ');

  function insert(table: string, fields: Row): Row {
    rows++;
    const row = {
      ...cut(fields),
      sys_id: String(rows).padStart(32, '0'),
      number: `INC${String(rows).padStart(2, '0')}`,
      sys_created_on: stamp(),
      sys_updated_on: stamp(),
    };
    tables[table]?.push(row);
    return row;
  }

  function update(row: Row, fields: Row): Row {
    return Object.assign(row, cut(fields), { sys_updated_on: stamp() });
  }

  function tableCall(
    { method, body }: ReceivedRequest,
    table: string,
    id: string | undefined,
    query: string,
  ) {
    const found = tables[table];
    if (found === undefined) return failed(400, `Invalid table ${table}`, null);
    if (method === 'GET' && id === undefined) return done(select(found, query));
    const row = found.find(({ sys_id }) => sys_id === id);
    if (method === 'GET') return row === undefined ? NO_RECORD : done(row);
    const fields = objectIn(body);
    if (fields === undefined)
      return failed(400, 'Exception while reading request', 'The payload is not valid');
    if (method === 'POST' && id === undefined) return done(insert(table, fields), 201);
    if (method !== 'PATCH') return failed(405, 'Method not supported', null);
    return row === undefined ? NO_RECORD : done(update(row, fields));
  }

  /** A row of the staging table, made an incident by the application: found by its id, then by the correlation id. */
  function importCall({ body }: ReceivedRequest, table: string) {
    const staged = objectIn(body);
    if (staged === undefined)
      return failed(400, 'Exception while reading request', 'The payload is not valid');
    const { elastic_incident_id: id, ...columns } = staged;
    const fields = Object.fromEntries(
      Object.entries(columns).map(([name, value]) => [name.replace(/^u_/, ''), value]),
    );
    const found = tables[table] ?? [];
    const row =
      found.find(({ sys_id }) => sys_id === id) ??
      found.find(({ correlation_id }) => correlation_id && correlation_id === fields.correlation_id);
    const isNew = row === undefined;
    if (isNew && (id !== undefined || !fields.short_description)) {
      const message = id === undefined ? 'short_description is mandatory' : 'no such incident';
      return done(
        [{ status: 'error', error_message: message, status_message: 'Row transform ignored' }],
        201,
      );
    }
    const { sys_id, number } = isNew ? insert(table, fields) : update(row, fields);
    return done(
      [
        {
          transform_map: 'Elastic',
          table,
          display_name: 'number',
          display_value: number,
          sys_id,
          status: isNew ? 'inserted' : 'updated',
        },
      ],
      201,
    );
  }

  function observablesCall({ body }: ReceivedRequest, id: string) {
    if (!tables.sn_si_incident?.some(({ sys_id }) => sys_id === id)) return NO_RECORD;
    const given = JSON.parse(body) as Row[];
    const isGood = ({ value, type }: Row) => value !== '' && OBSERVABLE_TYPES.includes(String(type));
    if (!Array.isArray(given) || !given.every(isGood)) return failed(400, 'Invalid observable', null);
    observables[id] = given;
    return done(
      given.map(({ value }) => ({ value, observable_sys_id: '1' })),
      201,
    );
  }

  function eventsCall({ body }: ReceivedRequest) {
    const { records } = objectIn(body) as { records?: Row[] };
    const isTime = (time: unknown) =>
      time === undefined || /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(String(time));
    if (!Array.isArray(records) || !records.every((event) => isTime(event.time_of_event))) {
      return failed(400, 'Invalid events', null);
    }
    for (const event of records) insert('em_event', event);
    return done({ 'Default Bulk Endpoint': `${records.length} events were inserted` });
  }

  function apiCall(request: ReceivedRequest, { roles }: User): StandInAnswer {
    const { pathname, search } = new URL(request.url, 'http://instance');
    const parameters = new URLSearchParams(search);
    const query = parameters.get('sysparm_query') ?? '';
    const isWrite = request.method !== 'GET';
    if (isWrite && !request.headers['content-type']?.startsWith('application/json')) {
      return failed(415, 'Unsupported media type', null);
    }
    const path = pathname.split('/').slice(2).map(decodeURIComponent);
    const [area = '', api = '', ...rest] = path;
    if (APPLICATIONS[area] !== undefined && api === 'elastic_api') {
      if (!applications.includes(area)) return NO_RESOURCE;
      if (!roles.includes(`${area}.integration_user`)) return DENIED;
      if (rest.join() === 'health') return done({ name: 'Elastic', scope: area, version: '1.0.4' });
      const [, id = ''] = rest;
      return observablesCall(request, id);
    }
    if (path.join('/') === 'global/em/jsonv2')
      return roles.includes(ROLES.events) ? eventsCall(request) : DENIED;
    if (api === 'import') {
      const [scope] = Object.entries(APPLICATIONS).find(([, { staging }]) => staging === rest[0]) ?? [];
      if (scope === undefined || !applications.includes(scope)) {
        return failed(403, `Invalid staging table : ${rest[0]}`, null);
      }
      return roles.includes(ROLES.importSet) ? importCall(request, APPLICATIONS[scope]?.table ?? '') : DENIED;
    }
    const [table = '', id] = rest.slice(rest[0] === 'table' ? 1 : 0);
    if (table === 'sys_choice' || table === 'sys_dictionary') {
      if (!roles.includes(ROLES.choices)) return DENIED;
      const all = table === 'sys_choice' ? CHOICES : DICTIONARY;
      const dictionary = table === 'sys_choice' ? '' : filterOf(parameters);
      const names = (parameters.get('sysparm_fields') ?? '').split(',');
      return done(select(all, `${query}${dictionary}`).map((row) => only(row, names)));
    }
    return roles.includes(ROLES.table) ? tableCall(request, table, id, query) : DENIED;
  }

  function respond(request: ReceivedRequest): StandInAnswer {
    const own = answer(request);
    if (own !== undefined) return own;
    if (request.url === '/oauth_token.do' && client !== undefined) {
      return tokenAnswer(request, client, Math.floor(now().getTime() / 1000), issue);
    }
    const user = userOf(request);
    if (user === undefined)
      return failed(401, 'User Not Authenticated', 'Required to provide Auth information');
    requests++;
    if (requests > rateLimit) {
      return failed(429, 'Rate limit exceeded', 'Rejected since the rate limit of the user is exceeded', {
        'retry-after': '3600',
        'x-ratelimit-limit': String(rateLimit),
      });
    }
    return apiCall(request, user);
  }

  const server = await standIn(respond);
  return Object.assign(server, { tables, observables });
}

/** Conditions that stand beside the query in the URL, for a field each. */
function filterOf(parameters: URLSearchParams): string {
  return [...parameters]
    .filter(([name]) => !name.startsWith('sysparm_'))
    .map(([name, value]) => `^${name}=${value}`)
    .join('');
}

function only(row: Row, names: string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function cut(fields: Row): Row {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, MAX_LENGTHS[name]) : value,
    ]),
  );
}

function objectIn(body: string): Row | undefined {
  try {
    const value = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
