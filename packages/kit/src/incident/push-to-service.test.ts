import { describe, expect, it } from 'vitest';
import { type IncidentPush, type IncidentService, pushToService } from './push-to-service.ts';

const pushed = { id: '1', title: 'INC-1', url: 'http://vendor/1', pushedDate: '2026-01-01T00:00:00.000Z' };

type Incident = { title: string };

function recording(fails?: string) {
  const calls: unknown[] = [];
  const called = (...call: unknown[]) => {
    calls.push(call);
    if (call.includes(fails)) throw new Error(`no ${fails}`);
  };
  const service: IncidentService<Incident> = {
    async create(incident) {
      called('create', incident);
      return pushed;
    },
    async update(id, incident) {
      called('update', id, incident);
      return pushed;
    },
    async addComment({ id }, { comment, commentId }) {
      called('comment', id, comment);
      return comment === '' ? undefined : { commentId, pushedDate: `date of ${commentId}` };
    },
  };
  return { calls, service };
}

const push = (externalId: string | null, comments: IncidentPush<Incident>['comments'] = null) => ({
  incident: { title: 'a', externalId },
  comments,
});

describe('a push', () => {
  it('without an external id creates', async () => {
    const { calls, service } = recording();
    expect(await pushToService(push(null), service)).toEqual(pushed);
    expect(calls).toEqual([['create', { title: 'a' }]]);
  });

  it.each(['7', ''])('with the external id %j updates', async (id) => {
    const { calls, service } = recording();
    expect(await pushToService(push(id, []), service)).toEqual(pushed);
    expect(calls).toEqual([['update', id, { title: 'a' }]]);
  });

  it('adds its comments in order, and tells of those that were added', async () => {
    const { calls, service } = recording();
    const comments = ['first', '', 'third'].map((comment, at) => ({ comment, commentId: `${at}` }));
    expect(await pushToService(push(null, comments), service)).toEqual({
      ...pushed,
      comments: [
        { commentId: '0', pushedDate: 'date of 0' },
        { commentId: '2', pushedDate: 'date of 2' },
      ],
    });
    expect(calls).toEqual([
      ['create', { title: 'a' }],
      ['comment', '1', 'first'],
      ['comment', '1', ''],
      ['comment', '1', 'third'],
    ]);
  });

  it('fails with its first comment that fails', async () => {
    const { calls, service } = recording('bad');
    const comments = ['good', 'bad', 'never'].map((comment) => ({ comment, commentId: comment }));
    await expect(pushToService(push(null, comments), service)).rejects.toThrow('no bad');
    expect(calls).toHaveLength(3);
  });
});
