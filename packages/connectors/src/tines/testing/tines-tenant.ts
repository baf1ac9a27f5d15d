import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const SECRETS = { email: 'patchbay@example.com', token: 'api-t0ken' };
export const HOOK = '/webhook/new-alert/53cr37';

export interface Story {
  id: number;
  name: string;
  published: boolean;
}

export interface Agent {
  id: number;
  name: string;
  type: string;
  story_id: number;
  options: Record<string, unknown>;
}

export interface Tenant {
  stories?: Story[];
  agents?: Agent[];
  /** Requests that webhooks take in a minute. */
  limit?: number;
}

export const webhookAgent = (id: number, name = `webhook ${id}`, storyId = 1): Agent => ({
  id,
  name,
  type: 'Agents::WebhookAgent',
  story_id: storyId,
  options: { path: 'new-alert', secret: '53cr37' },
});

/** https://www.tines.com/api/welcome: 20 of a list on a page, 500 at most. */
const PER_PAGE = { default: 20, max: 500 };

/** Plays a tenant: its API asks for email and token, its webhooks for path and secret in their address. */
export function tinesTenant({ stories = [], agents = [], limit = Number.POSITIVE_INFINITY }: Tenant = {}) {
  let taken = 0;

  function read({ url, headers }: ReceivedRequest): StandInAnswer {
    if (headers['x-user-email'] !== SECRETS.email || headers['x-user-token'] !== SECRETS.token) {
      return json(401, { status: 401, message: 'Unauthorized' });
    }
    const { pathname, searchParams } = new URL(url, 'http://tines');
    if (pathname === '/api/v1/stories') return page('stories', stories, searchParams);
    if (pathname === '/api/v1/agents') {
      const [story, type] = [searchParams.get('story_id'), searchParams.get('action_type')];
      const found = agents.filter(
        (agent) =>
          (story === null || String(agent.story_id) === story) && (type === null || agent.type === type),
      );
      return page('agents', found, searchParams);
    }
    const id = /^\/api\/v1\/actions\/(\d+)$/.exec(pathname)?.[1];
    const agent = agents.find((candidate) => String(candidate.id) === id);
    return agent === undefined ? json(404, { errors: [{ message: 'Not found' }] }) : json(200, agent);
  }

  function receive({ url, headers, body }: ReceivedRequest): StandInAnswer {
    const isKnown = agents.some(({ options }) => url === `/webhook/${options.path}/${options.secret}`);
    if (!isKnown) return { status: 404, body: 'Not found' };
    if (headers['content-type'] !== 'application/json') return { status: 415 };
    JSON.parse(body);
    if (++taken > limit) return { status: 429, headers: { 'retry-after': '60' } };
    return headers.accept?.includes('application/json')
      ? json(201, { status: 'ok' })
      : { status: 201, body: 'Ok' };
  }

  return standIn((request) => {
    if (request.method === 'GET') return read(request);
    return request.method === 'POST' ? receive(request) : { status: 405 };
  });
}

function page(key: string, items: unknown[], query: URLSearchParams): StandInAnswer {
  const size = Math.min(Number(query.get('per_page') ?? PER_PAGE.default), PER_PAGE.max);
  const meta = { per_page: size, pages: Math.ceil(items.length / size), count: items.length };
  return json(200, { [key]: items.slice(0, size), meta });
}

function json(status: number, body: unknown): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
