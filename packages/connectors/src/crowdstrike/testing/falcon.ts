import {
  type ReceivedRequest,
  type StandIn,
  type StandInAnswer,
  standIn,
  type TokenIssuer,
  tokenIssuer,
} from '@patchbay/kit/testing';

export const CLIENT_ID = '123';
export const CLIENT_SECRET = 'secret';
/** The hosts that there are. */
const HOSTS = ['id1', 'id2', 'a1'];
const MAX_ACTED_ON = 100;
const SESSION_MS = 10 * 60_000;

export interface FalconOptions {
  now?: () => Date;
  /** Calls that are answered before the rest is told to wait. */
  rateLimit?: number;
  /** An answer in place of its own; undefined: its own. */
  answer?: (request: ReceivedRequest) => StandInAnswer | Promise<StandInAnswer> | undefined;
  /** Waited for before a command is done. */
  commandTakes?: () => Promise<void>;
}

export interface Falcon extends StandIn {
  tokens: TokenIssuer;
  /** Method and path with query of the calls that were not for a token, and what they sent. */
  calls(): [call: string, body: string][];
}

interface Session {
  hosts: string[];
  endsAt: number;
}

/**
 * The Falcon API: tokens for a client, hosts, and RTR batch sessions, which end ten minutes after they were opened or
 * refreshed. https://developer.crowdstrike.com/docs/openapi/
 */
export async function falcon(options: FalconOptions = {}): Promise<Falcon> {
  const { now = () => new Date(), rateLimit = Number.POSITIVE_INFINITY, answer, commandTakes } = options;
  const tokens = tokenIssuer(now, { expiresIn: 1799 });
  const sessions = new Map<string, Session>();
  let called = 0;
  const server = await standIn(async (request) => {
    const special = await answer?.(request);
    if (special !== undefined) return special;
    const { method, url, headers, body } = request;
    const { pathname, searchParams } = new URL(url, 'http://falcon');
    if (pathname === '/oauth2/token') return tokenAnswer(request, tokens);
    if (!tokens.accepts(headers.authorization)) return refused(401, 'access denied, invalid bearer token');
    if (++called > rateLimit) return refused(429, 'API rate limit exceeded.', { 'retry-after': '1' });
    const given = body === '' ? {} : JSON.parse(body);
    const path = `${method} ${pathname}`;
    if (path.startsWith('POST /real-time-response/combined/batch-')) {
      const operation = pathname.split('/')[3] ?? '';
      if (operation.endsWith('-command') || operation === 'batch-command') await commandTakes?.();
      return rtrAnswer(operation, given, sessions, now().getTime());
    }
    switch (path) {
      case 'GET /devices/entities/devices/v2':
        return found(searchParams, (id) => ({ device_id: id, hostname: `host-${id}` }));
      case 'GET /devices/entities/online-state/v1':
        return found(searchParams, (id) => ({ id, state: 'online' }));
      case 'POST /devices/entities/devices-actions/v2':
        return acted(searchParams.get('action_name') ?? '', given);
      case 'GET /real-time-response/entities/scripts/v1':
        return resources([{ id: 's1', name: 'collect' }]);
      default:
        return refused(404, 'Page Not Found');
    }
  });
  return {
    ...server,
    tokens,
    calls: () =>
      server.received
        .filter(({ url }) => url !== '/oauth2/token')
        .map(({ method, url, body }) => [`${method} ${url}`, body]),
  };
}

function tokenAnswer({ method, headers }: ReceivedRequest, tokens: TokenIssuer): StandInAnswer {
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  if (method !== 'POST' || !isForm) return refused(400, 'Failed to generate access token');
  const isClient = headers.authorization === `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}`;
  return isClient ? json(201, tokens.issue()) : refused(401, 'access denied, invalid client');
}

function found(query: URLSearchParams, describe: (id: string) => object): StandInAnswer {
  const ids = query.get('ids')?.split(',') ?? [];
  if (ids.length === 0) return refused(400, 'ids is required');
  return resources(ids.filter((id) => HOSTS.includes(id)).map(describe));
}

function acted(action: string, { ids }: { ids?: string[] }): StandInAnswer {
  if (!['contain', 'lift_containment'].includes(action)) return refused(400, 'unknown action_name');
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_ACTED_ON) {
    return refused(400, 'Provided data does not match expected format');
  }
  const unknown = ids.find((id) => !HOSTS.includes(id));
  if (unknown !== undefined) return refused(404, `no host found by id ${unknown}`);
  return json(202, { resources: ids.map((id) => ({ id, path: `/devices/${id}` })), errors: [], meta: {} });
}

function rtrAnswer(
  operation: string,
  given: Record<string, unknown>,
  sessions: Map<string, Session>,
  now: number,
): StandInAnswer {
  if (operation === 'batch-init-session') {
    const hosts = given.host_ids;
    if (!Array.isArray(hosts) || hosts.length === 0) return refused(400, 'host_ids is required');
    const id = `batch-${sessions.size + 1}`;
    sessions.set(id, { hosts, endsAt: now + SESSION_MS });
    return json(201, { batch_id: id, resources: {}, errors: [], meta: {} });
  }
  const session = sessions.get(String(given.batch_id));
  if (session === undefined || session.endsAt <= now) return refused(404, 'Could not find existing session');
  session.endsAt = now + SESSION_MS;
  if (operation === 'batch-refresh-session') return json(201, { errors: [], meta: {}, resources: {} });
  const isWhole = given.base_command === 'runscript' && String(given.command_string).startsWith('runscript ');
  if (!isWhole || given.persist_all !== false) return refused(400, 'Command not found');
  const hosts = (given.hosts as string[]).filter((id) => session.hosts.includes(id));
  const combined = { resources: Object.fromEntries(hosts.map((aid) => [aid, { aid, complete: true }])) };
  return json(201, { combined, errors: [], meta: {} });
}

const resources = (list: object[]) => json(200, { resources: list, errors: [], meta: {} });

function refused(status: number, message: string, headers: Record<string, string> = {}): StandInAnswer {
  const { body, ...rest } = json(status, { errors: [{ code: status, message }], meta: {} });
  return { ...rest, headers: { ...rest.headers, ...headers }, body };
}

function json(status: number, body: object) {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
