import { type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const API_KEY = 'test123';
export const API_KEY_ID = '7';

export const PLAYBOOKS = [
  { id: 'playbook0', name: 'Playbook 0', version: 3, comment: 'kept' },
  { id: 'playbook1', name: 'Playbook 1', version: 1 },
];

export interface XsoarEdition {
  /** Cloud asks for the key's id and has other paths. */
  isCloud?: boolean;
  /** Requests that it takes before it says that these were too many. */
  limit?: number;
}

/**
 * XSOAR: wants a key (without a scheme), JSON, and of an incident a name, a severity that it knows and a playbook that it has.
 * https://cortex-panw.stoplight.io/docs/cortex-xsoar-8
 */
export function xsoarServer({ isCloud = false, limit = Number.POSITIVE_INFINITY }: XsoarEdition = {}) {
  const prefix = isCloud ? '/xsoar/public/v1' : '';
  let taken = 0;
  return standIn(({ method, url, headers, body }): StandInAnswer => {
    const isKnown =
      headers.authorization === API_KEY && headers['x-xdr-auth-id'] === (isCloud ? API_KEY_ID : undefined);
    if (!isKnown) return refusal(401, 'unauthorized', 'Unauthorized');
    if (++taken > limit)
      return { ...refusal(429, 'rate_limit', 'Too many requests'), headers: { 'retry-after': '60' } };
    if (headers['content-type'] !== 'application/json') return refusal(415, 'media_type', 'Unsupported');
    const given = JSON.parse(body);
    switch (`${method} ${url}`) {
      case `POST ${prefix}/playbook/search`:
        return json(200, { playbooks: PLAYBOOKS, tags: ['disk'], total: PLAYBOOKS.length });
      case `POST ${prefix}/incident`:
        return problemOf(given) ?? json(201, { id: '28', version: 1, status: 0, ...given });
    }
    return refusal(404, 'not_found', 'Not found');
  });
}

function problemOf({ name, severity, playbookId, createInvestigation }: Record<string, unknown>) {
  const isWhole =
    typeof name === 'string' &&
    name !== '' &&
    typeof createInvestigation === 'boolean' &&
    [0, 0.5, 1, 2, 3, 4].includes(severity as number) &&
    (playbookId === null || PLAYBOOKS.some(({ id }) => id === playbookId));
  return isWhole ? undefined : refusal(400, 'bad_request', 'Bad request');
}

function refusal(status: number, id: string, title: string): StandInAnswer {
  return json(status, { id, status, title, detail: 'never shown', error: '' });
}

function json(status: number, body: object): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
