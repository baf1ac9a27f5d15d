import { type ReceivedRequest, type StandIn, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const TOKEN = 'token-abc';

export interface ConsoleAgent {
  id: string;
  uuid: string;
  computerName: string;
  networkStatus: 'connected' | 'disconnected' | 'connecting';
}

export const HOST: ConsoleAgent = {
  id: '1234567890',
  uuid: 'uuid-1',
  computerName: 'host-1',
  networkStatus: 'connected',
};

export interface Console {
  agents?: ConsoleAgent[];
  /** Where results of scripts are kept, by their tasks. */
  links?: Record<string, string>;
  /** What agents have uploaded, by `<agent>/<activity>`. */
  uploads?: Record<string, Uint8Array>;
  /** Requests that it takes before it says that these were too many. */
  limit?: number;
}

interface Given {
  data?: Record<string, unknown>;
  filter?: { ids?: string; uuids?: string };
}

/** Lists are given 10 at a time, 1000 at most. */
const PAGE = { default: 10, max: 1000 };

/**
 * A management console: its token is the query's `APIToken`, its errors are a list, its lists have pages that a cursor leads
 * through. Actions want a filter, and say how many agents they reached; agents change by them.
 */
export function managementConsole({
  agents = [HOST],
  links = {},
  uploads = {},
  limit = Number.POSITIVE_INFINITY,
}: Console = {}): Promise<StandIn> {
  const known = agents.map((agent) => ({ ...agent }));
  let taken = 0;

  const selected = ({ ids, uuids }: { ids?: string; uuids?: string } = {}) =>
    known.filter(
      ({ id, uuid }) => (ids?.split(',').includes(id) ?? true) && (uuids?.split(',').includes(uuid) ?? true),
    );

  function act({ filter }: Given, networkStatus: ConsoleAgent['networkStatus']): StandInAnswer {
    if (filter?.ids === undefined && filter?.uuids === undefined) return refusal(400, 'Filter is required');
    const reached = selected(filter);
    for (const agent of reached) agent.networkStatus = networkStatus;
    return answer({ data: { affected: reached.length } });
  }

  function post(path: string, given: Given): StandInAnswer | undefined {
    const { data = {}, filter } = given;
    switch (path) {
      case 'agents/actions/disconnect':
        return act(given, 'disconnected');
      case 'agents/actions/connect':
        return act(given, 'connected');
      case 'remote-scripts/execute': {
        if (typeof data.scriptId !== 'string' || typeof data.outputDestination !== 'string') {
          return refusal(400, 'scriptId and outputDestination are required');
        }
        const affected = selected(filter).length;
        return answer({ data: { pendingExecutionId: null, affected, parentTaskId: 'p1', pending: false } });
      }
      case 'remote-scripts/fetch-files': {
        const wanted = Object.entries(links).filter(([id]) => (data.taskIds as string[]).includes(id));
        const download_links = wanted.map(([taskId, downloadUrl]) => ({
          taskId,
          downloadUrl,
          fileName: 'r.zip',
        }));
        return answer({ data: { download_links, errors: [] } });
      }
    }
    const agentId = /^agents\/([^/]+)\/actions\/fetch-files$/.exec(path)?.[1];
    if (agentId === undefined) return undefined;
    if (!known.some(({ id }) => id === agentId)) return refusal(404, 'Agent not found');
    const isWhole = typeof data.password === 'string' && Array.isArray(data.files) && data.files.length > 0;
    return isWhole ? answer({ data: { success: true } }) : refusal(400, 'password and files are required');
  }

  function get(path: string, query: URLSearchParams): StandInAnswer | undefined {
    switch (path) {
      case 'agents': {
        const names = query.get('computerName')?.split(',');
        const found = selected({
          ...(query.has('ids') && { ids: query.get('ids') ?? '' }),
          ...(query.has('uuids') && { uuids: query.get('uuids') ?? '' }),
        }).filter(({ computerName }) => names?.includes(computerName) ?? true);
        return page(found, query);
      }
      case 'remote-scripts':
        return page([{ id: 's1', scriptName: 'Triage', osTypes: ['linux'] }], query);
      case 'remote-scripts/status':
        return query.has('parent_task_id')
          ? page([{ id: 't1', parentTaskId: query.get('parent_task_id'), status: 'completed' }], query)
          : refusal(400, 'parent_task_id is required');
      case 'activities':
        return page([{ id: 'a1', activityType: 86 }], query);
    }
    const upload = uploads[/^agents\/([^/]+\/[^/]+)$/.exec(path.replace('/uploads/', '/'))?.[1] ?? ''];
    return upload && { headers: { 'content-type': 'application/zip' }, body: upload };
  }

  return standIn(({ method, url, headers, body }: ReceivedRequest): StandInAnswer => {
    const { pathname, searchParams } = new URL(url, 'http://console');
    const isKnown = searchParams.get('APIToken') === TOKEN && headers.authorization === undefined;
    if (!isKnown) return refusal(401, 'Authentication Failed');
    if (++taken > limit) return { ...refusal(429, 'Too many requests'), headers: { 'retry-after': '60' } };
    const path = /^\/web\/api\/v2\.1\/(.+)$/.exec(pathname)?.[1] ?? '';
    const answered = method === 'GET' ? get(path, searchParams) : post(path, JSON.parse(body));
    return answered ?? refusal(404, 'Not found');
  });
}

/** Where links to results lead: whoever has one gets the file, and a token has no business there. */
export function resultStore(file: Uint8Array): Promise<StandIn> {
  return standIn(({ method, url, headers }) => {
    const isLink = method === 'GET' && url === '/results/t1?X-Signature=s1gn%2F%2Fed';
    if (!isLink || url.includes('APIToken') || headers.authorization !== undefined) {
      return { status: 403, headers: { 'content-type': 'application/xml' }, body: '<Error/>' };
    }
    return { headers: { 'content-type': 'application/octet-stream' }, body: file };
  });
}

function page(all: object[], query: URLSearchParams): StandInAnswer {
  const size = Math.min(Number(query.get('limit') ?? PAGE.default), PAGE.max);
  const start = Number(query.get('cursor') ?? query.get('skip') ?? 0);
  const end = start + size;
  const nextCursor = end < all.length ? String(end) : null;
  return answer({
    data: all.slice(start, end),
    pagination: { totalItems: all.length, nextCursor },
  });
}

function answer(body: object): StandInAnswer {
  return json(200, { ...body, errors: null });
}

function refusal(status: number, title: string): StandInAnswer {
  return json(status, { errors: [{ code: status * 10_000, title, detail: null }] });
}

function json(status: number, body: object): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
