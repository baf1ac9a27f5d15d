import { afterAll, describe, expect, it } from 'vitest';
import { createCallers, SPACES, type Space } from './testing/access-matrix/callers.ts';
import {
  newCase,
  newConfiguration,
  ROUTE_RULES,
  type Sent,
  WHO,
} from './testing/access-matrix/route-rules.ts';
import { testServer } from './testing/test-server.ts';

const server = await testServer();
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const callers = await createCallers(server);
const { body: document } = await call('GET', '/api/openapi.json', { as: null });
const routes = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);

type Verdict = 'unauthenticated' | 'refused' | 'let in';

const verdictOf = (status: number): Verdict => {
  if (status === 401) return 'unauthenticated';
  return status === 403 ? 'refused' : 'let in';
};

/** What a call names that has to be there, or else its privilege would not be asked. */
async function fill(text: string, space: Space): Promise<string> {
  let filled = text.replaceAll('{space}', space);
  if (filled.includes('{configuration}')) {
    const { body: made } = await call('POST', `/s/${space}/api/cases/configure`, { body: newConfiguration });
    return filled.replaceAll('{configuration}', made.id);
  }
  if (!/\{(case|comment)\}/.test(filled)) return filled;
  const { body: made } = await call('POST', `/s/${space}/api/cases`, { body: newCase });
  filled = filled.replaceAll('{case}', made.id);
  if (!filled.includes('{comment}')) return filled;
  const comment = { type: 'user', comment: 'A note', owner: 'cases' };
  const noted = await call('POST', `/s/${space}/api/cases/${made.id}/comments`, { body: comment });
  return filled.replaceAll('{comment}', noted.body.comments[0].id);
}

async function ask(route: string, sent: Sent, as: string | null, space: Space) {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => sent.params?.[name] ?? 'nothing');
  const query = sent.query === undefined ? '' : `?${sent.query}`;
  const whole = JSON.stringify({ path: `${path}${query}`, body: sent.body });
  const filled = JSON.parse(await fill(whole, space)) as { path: string; body?: unknown };
  return call(method, `/s/${space}${filled.path}`, {
    as,
    ...(filled.body !== undefined && { body: filled.body }),
    ...(sent.headers && { headers: sent.headers }),
  });
}

it('has one rule for every route of the API’s document, and no other', () => {
  const HOW = `add a line to testing/access-matrix/route-rules.ts, such as "'GET /api/x/{id}': 'reads connectors',"`;
  for (const route of routes)
    expect.soft(ROUTE_RULES, `${route} has no rule: ${HOW}`).toHaveProperty([route]);
  for (const route of Object.keys(ROUTE_RULES))
    expect.soft(routes, `a rule without a route`).toContain(route);
});

describe('the matrix of roles, spaces and routes', () => {
  it.each(Object.entries(ROUTE_RULES))('%s', async (route, rule) => {
    const [who, sent] = typeof rule === 'string' ? [rule, {}] : rule;
    const wrong: string[] = [];
    for (const space of SPACES) {
      for (const { name, as, rights } of callers) {
        const refusal: Verdict = rights.isUser ? 'refused' : 'unauthenticated';
        const expected = WHO[who](rights, space) ? 'let in' : refusal;
        const { status, body } = await ask(route, sent, as, space);
        // Such a call came to no privilege.
        const isUnread = status >= 500 || (status === 400 && String(body.message).startsWith('[request '));
        if (verdictOf(status) === expected && !isUnread) continue;
        wrong.push(`${name} in ${space}: ${status} ${body.message ?? ''}, expected to be ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
