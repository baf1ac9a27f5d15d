import type { NewAttachment } from '@patchbay/kit';
import { describe, expect, it } from 'vitest';
import type {
  CaseActivity,
  CaseQuery,
  StoredAttachment,
  StoredCase,
  StoredCaseConfiguration,
  StoredCaseRule,
} from './case-port.ts';
import type { Store } from './ports.ts';

const AT = '2026-01-01T00:00:00.000Z';
const USER = { username: 'ann', fullName: 'Ann', email: null, profileUid: 'u_ann' };

const theCase = (facts: Partial<StoredCase> = {}): StoredCase => ({
  id: 'c1',
  spaceId: 'default',
  version: 1,
  incrementalId: 1,
  owner: 'cases',
  title: 'Disk is full',
  description: 'On host-1',
  tags: [],
  status: 'open',
  severity: 'low',
  category: null,
  connector: { id: 'none', name: 'none', type: '.none', fields: null },
  settings: { syncAlerts: false },
  assignees: [],
  customFields: [],
  createdAt: AT,
  createdBy: USER,
  updatedAt: null,
  updatedBy: null,
  closedAt: null,
  closedBy: null,
  inProgressAt: null,
  externalService: null,
  totalComment: 0,
  totalAlerts: 0,
  ...facts,
});

const attachment = (facts: Partial<StoredAttachment> = {}): StoredAttachment => ({
  id: 'a1',
  caseId: 'c1',
  version: 1,
  ordinal: 0,
  attachment: { type: 'user', comment: 'Looking', owner: 'cases' },
  createdAt: AT,
  createdBy: USER,
  updatedAt: null,
  updatedBy: null,
  pushedAt: null,
  pushedBy: null,
  ...facts,
});

const alerts = (...ids: string[]): NewAttachment => ({
  type: 'alert',
  alertId: ids,
  index: ids.map((id) => `index of ${id}`),
  rule: { id: 'r1', name: 'Rule' },
  owner: 'cases',
});

const activity = (id: string, facts: Partial<CaseActivity> = {}): CaseActivity => ({
  id,
  caseId: 'c1',
  ordinal: 0,
  owner: 'cases',
  type: 'title',
  action: 'update',
  payload: { title: 'x' },
  commentId: null,
  createdAt: AT,
  createdBy: USER,
  ...facts,
});

const query = (facts: Partial<CaseQuery> = {}): CaseQuery => ({
  spaceId: 'default',
  owners: ['cases'],
  sort: { field: 'createdAt', order: 'asc' },
  offset: 0,
  limit: 20,
  ...facts,
});

/** The part of the port suite that is about cases. The spaces `default` and `other` are there. */
export function casePortSuite(storeOf: () => Store): void {
  describe('cases', () => {
    const commit = (changes: Parameters<Store['cases']['commit']>[1], space = 'default') =>
      storeOf().cases.commit(space, changes);
    const get = async (id = 'c1', space = 'default') => (await storeOf().cases.get(space, [id]))[0];
    const found = async (facts: Partial<CaseQuery>) =>
      (await storeOf().cases.find(query(facts))).cases.map(({ id }) => id);

    it('are kept as they are given, and counted in their space', async () => {
      const strange = theCase({ title: 'A\0B \ud800', tags: ['x\0', '\ud800', '\udfff'] });
      expect(await commit({ create: [strange, theCase({ id: 'c2' })] })).toBeUndefined();
      expect(await get()).toEqual(strange);
      expect((await get('c2'))?.incrementalId).toBe(2);
      await commit({ create: [theCase({ id: 'c3', spaceId: 'other' })] }, 'other');
      expect((await get('c3', 'other'))?.incrementalId).toBe(1);
      expect(await get('c3')).toBeUndefined();
    });

    it('are not made where an id is taken, in whichever space, and nothing else is then', async () => {
      await commit({ create: [theCase()] });
      const other = theCase({ spaceId: 'other' });
      const taken = await commit({ create: [theCase({ id: 'c2', spaceId: 'other' }), other] }, 'other');
      expect(taken).toEqual(['c1']);
      expect(await get('c2', 'other')).toBeUndefined();
      await commit({ create: [theCase({ id: 'c2' })] });
      expect((await get('c2'))?.incrementalId).toBe(2);
    });

    it('change at the version that they have, all or none', async () => {
      await commit({ create: [theCase(), theCase({ id: 'c2' })] });
      const changed = theCase({ title: 'New', tags: ['t'] });
      const stale = theCase({ id: 'c2', version: 7, title: 'New' });
      expect(
        await commit({ update: [changed, stale], attach: [attachment()], activity: [activity('1')] }),
      ).toEqual(['c2']);
      expect([(await get())?.title, await found({ tags: ['t'] })]).toEqual(['Disk is full', []]);
      expect(await storeOf().cases.getAttachments('c1', ['a1'])).toEqual([]);
      expect(await commit({ update: [changed] })).toBeUndefined();
      expect(await get()).toEqual({ ...changed, version: 2 });
      expect(await found({ tags: ['t'] })).toEqual(['c1']);
      expect(await commit({ update: [changed] })).toEqual(['c1']);
    });

    it('are changed by one of those who change them at once', async () => {
      await commit({ create: [theCase()] });
      const lost = await Promise.all(
        ['a', 'b', 'c'].map((title) => commit({ update: [theCase({ title })] })),
      );
      expect(lost.filter((each) => each === undefined)).toHaveLength(1);
    });

    it('get a number each, however many are made at once', async () => {
      const ids = Array.from({ length: 10 }, (_, place) => `c${place}`);
      await Promise.all(ids.map((id) => commit({ create: [theCase({ id })] })));
      const numbers = (await storeOf().cases.get('default', ids)).map(({ incrementalId }) => incrementalId);
      expect(numbers.sort((a, b) => a - b)).toEqual(ids.map((_, place) => place + 1));
    });

    describe('are found', () => {
      const filled = () =>
        commit({
          create: [
            theCase({
              id: 'a',
              tags: ['x', 'y'],
              severity: 'critical',
              category: 'Net',
              title: 'ÄRGER 100%',
              updatedAt: '2026-01-05T00:00:00.000Z',
            }),
            theCase({
              id: 'b',
              status: 'closed',
              closedAt: AT,
              assignees: [{ uid: 'u1' }],
              createdAt: '2026-01-02T00:00:00.000Z',
              description: 'ärger again',
            }),
            theCase({
              id: 'c',
              status: 'in-progress',
              tags: ['y'],
              owner: 'observability',
              createdAt: '2026-01-03T00:00:00.000Z',
              createdBy: { ...USER, username: 'bob', profileUid: 'u_bob' },
            }),
          ],
        });
      const owners = ['cases', 'observability'] as const;

      it.each<[string, Partial<CaseQuery>, string[]]>([
        ['by owner', {}, ['a', 'b']],
        ['by several owners', { owners }, ['a', 'b', 'c']],
        ['by status', { owners, statuses: ['closed', 'in-progress'] }, ['b', 'c']],
        ['by severity', { severities: ['critical', 'high'] }, ['a']],
        ['by any of several tags', { owners, tags: ['x', 'y'] }, ['a', 'c']],
        ['by category', { categories: ['Net'] }, ['a']],
        ['by assignee', { assignees: ['u1'] }, ['b']],
        ['by nobody assigned', { assignees: [null] }, ['a']],
        ['by either', { assignees: [null, 'u1'] }, ['a', 'b']],
        ['by reporter', { owners, reporters: ['bob'] }, ['c']],
        ['by the profile of a reporter', { owners, reporters: ['u_bob'] }, ['c']],
        ['by when they were made', { owners, createdFrom: '2026-01-02', createdTo: '2026-01-02T12' }, ['b']],
        ['from another space: none', { spaceId: 'other' }, []],
        ['from the second on', { owners, offset: 1, limit: 1 }, ['b']],
        ['by title, last first', { owners, sort: { field: 'title', order: 'desc' } }, ['a', 'c', 'b']],
        ['by severity, highest first', { sort: { field: 'severity', order: 'desc' } }, ['a', 'b']],
        ['by status, in its own order', { owners, sort: { field: 'status', order: 'asc' } }, ['a', 'c', 'b']],
        ['with what has no value last', { sort: { field: 'closedAt', order: 'asc' } }, ['b', 'a']],
        [
          'with what has no value last, backwards',
          { sort: { field: 'closedAt', order: 'desc' } },
          ['b', 'a'],
        ],
      ])('%s', async (_, facts, expected) => {
        await filled();
        expect(await found(facts)).toEqual(expected);
      });

      it.each<[string[], boolean, ('title' | 'description' | 'incrementalId')[], string[]]>([
        [['ärger'], false, ['title', 'description'], ['a', 'b']],
        [['ärger'], false, ['title'], ['a']],
        [['ärger', 'again'], true, ['title', 'description'], ['b']],
        [['disk', 'nothing'], false, ['title'], ['b']],
        [['100%'], false, ['title'], ['a']],
        [['1%0'], false, ['title'], []],
        [['_'], false, ['title'], []],
        [['2'], false, ['incrementalId'], ['b']],
        [['two'], false, ['incrementalId'], []],
      ])('by the words %j (all: %s) in %j', async (words, needsAll, fields, expected) => {
        await filled();
        expect(await found({ search: { words, needsAll, fields } })).toEqual(expected);
      });

      it('with the count of each status, whichever of them is asked for', async () => {
        await filled();
        const { total, byStatus } = await storeOf().cases.find(
          query({ owners, statuses: ['closed'], limit: 0 }),
        );
        expect([total, byStatus]).toEqual([1, { open: 1, 'in-progress': 1, closed: 1 }]);
      });

      it('by what they are tagged with and who made them', async () => {
        await filled();
        const { cases } = storeOf();
        expect(await cases.tags('default', ['cases'])).toEqual(['x', 'y']);
        expect(await cases.tags('default', ['securitySolution'])).toEqual([]);
        const names = (await cases.reporters('default', owners)).map(({ username }) => username);
        expect(names).toEqual(['ann', 'bob']);
      });
    });

    it('have attachments in the order in which they were made', async () => {
      const later = attachment({ id: 'a0', createdAt: '2026-01-02T00:00:00.000Z', attachment: alerts('1') });
      const second = attachment({ id: 'a2', ordinal: 1 });
      await commit({ create: [theCase()], attach: [later, second, attachment()] });
      const { cases } = storeOf();
      const all = await cases.attachments({ caseId: 'c1' });
      expect(all).toEqual({ attachments: [attachment(), second, later], total: 3 });
      expect(await cases.attachments({ caseId: 'c1', types: ['user'], order: 'desc', limit: 1 })).toEqual({
        attachments: [second],
        total: 2,
      });
      expect(await cases.getAttachments('c1', ['a2', 'a9'])).toEqual([second]);
      expect(await cases.getAttachments('c2', ['a2'])).toEqual([]);
    });

    it('have attachments that change at their version', async () => {
      await commit({ create: [theCase()], attach: [attachment()] });
      const changed = attachment({ pushedAt: AT });
      expect(await commit({ updateAttachments: [{ ...changed, version: 3 }] })).toEqual(['a1']);
      expect(await commit({ updateAttachments: [changed] })).toBeUndefined();
      expect(await storeOf().cases.getAttachments('c1', ['a1'])).toEqual([{ ...changed, version: 2 }]);
    });

    it('know their alerts, which know their cases, as long as they are attached', async () => {
      await commit({
        create: [theCase(), theCase({ id: 'c2' })],
        attach: [
          attachment({ attachment: alerts('1', '2') }),
          attachment({ id: 'a2', caseId: 'c2', attachment: alerts('2') }),
        ],
      });
      const { cases } = storeOf();
      expect(await cases.alerts('c1')).toEqual([
        { id: '1', index: 'index of 1', attachedAt: AT },
        { id: '2', index: 'index of 2', attachedAt: AT },
      ]);
      expect(await cases.attachedAlerts('c1', ['2', '3'])).toEqual(new Set(['2']));
      const ofAlert = async () => (await cases.casesOfAlert('default', '2', ['cases'])).map(({ id }) => id);
      expect(await ofAlert()).toEqual(['c1', 'c2']);
      expect(await cases.casesOfAlert('other', '2', ['cases'])).toEqual([]);
      expect(await cases.casesOfAlert('default', '2', ['observability'])).toEqual([]);
      await commit({ detach: ['a1'] });
      expect([await cases.alerts('c1'), await ofAlert()]).toEqual([[], ['c2']]);
    });

    it('keep what was done', async () => {
      const [first, second] = [activity('9'), activity('1', { ordinal: 1, type: 'status' })];
      await commit({ create: [theCase()], activity: [second, first] });
      const { cases } = storeOf();
      expect(await cases.activity({ caseId: 'c1' })).toEqual({ activity: [first, second], total: 2 });
      expect(await cases.activity({ caseId: 'c1', order: 'desc', limit: 1 })).toEqual({
        activity: [second],
        total: 2,
      });
      expect((await cases.activity({ caseId: 'c1', types: ['status'] })).activity).toEqual([second]);
    });

    it('take with them what belongs to them', async () => {
      const attached = { attach: [attachment({ attachment: alerts('1') })], activity: [activity('1')] };
      await commit({ create: [theCase()], ...attached });
      const { cases } = storeOf();
      await cases.delete('other', ['c1']);
      expect(await get()).toBeDefined();
      await cases.delete('default', ['c1', 'c9']);
      expect(await get()).toBeUndefined();
      expect(await commit({ create: [theCase()], ...attached })).toBeUndefined();
    });

    it('go with their space, and so do configurations and rules', async () => {
      const { cases, spaces } = storeOf();
      await commit({ create: [theCase({ spaceId: 'other' })], attach: [attachment()] }, 'other');
      await cases.putConfiguration(configuration({ spaceId: 'other' }));
      await cases.createRules([rule({ spaceId: 'other' })]);
      await spaces.delete('other');
      await spaces.create({ id: 'other', reserved: false, attributes: {} });
      expect(await get('c1', 'other')).toBeUndefined();
      expect(await cases.configurations('other', ['cases'])).toEqual([]);
      expect(await cases.rules('other', ['r1'])).toEqual([]);
      expect(await commit({ create: [theCase()] })).toBeUndefined();
    });

    const configuration = (facts: Partial<StoredCaseConfiguration> = {}): StoredCaseConfiguration => ({
      id: 'f1',
      spaceId: 'default',
      version: 1,
      owner: 'cases',
      connector: theCase().connector,
      closureType: 'close-by-user',
      customFields: [],
      templates: [],
      observableTypes: [],
      createdAt: AT,
      createdBy: USER,
      updatedAt: null,
      updatedBy: null,
      ...facts,
    });

    it('have one configuration for each owner of a space', async () => {
      const { cases } = storeOf();
      await cases.putConfiguration(configuration());
      await cases.putConfiguration(configuration({ id: 'f2', owner: 'observability' }));
      await cases.putConfiguration(configuration({ id: 'f3', spaceId: 'other' }));
      const again = configuration({ id: 'f4', closureType: 'close-by-pushing' });
      await cases.putConfiguration(again);
      expect(await cases.configurations('default', ['cases'])).toEqual([again]);
      expect(await cases.configurations('default', ['observability', 'cases'])).toHaveLength(2);
      expect(await cases.getConfiguration('default', 'f1')).toBeUndefined();
      const changed = { ...again, closureType: 'close-by-user' as const };
      expect(await cases.updateConfiguration({ ...changed, version: 2 })).toBe(false);
      expect(await cases.updateConfiguration(changed)).toBe(true);
      expect(await cases.getConfiguration('default', 'f4')).toEqual({ ...changed, version: 2 });
      expect(await cases.getConfiguration('other', 'f4')).toBeUndefined();
    });

    const rule = (facts: Partial<StoredCaseRule> = {}): StoredCaseRule => ({
      id: 'r1',
      spaceId: 'default',
      version: 1,
      counter: 1,
      rules: [{ id: 'rule' }],
      grouping: { 'host.name': 'A' },
      createdAt: AT,
      updatedAt: null,
      ...facts,
    });

    it('keep records of rules, which change at their version', async () => {
      const { cases } = storeOf();
      expect(await cases.createRules([rule()])).toBe(true);
      expect(await cases.createRules([rule({ id: 'r2' }), rule({ counter: 9 })])).toBe(false);
      expect(await cases.rules('default', ['r1', 'r3'])).toEqual([rule()]);
      expect(await cases.rules('other', ['r1'])).toEqual([]);
      expect(await cases.updateRule(rule({ version: 2 }))).toBe(false);
      expect(await cases.updateRule(rule({ counter: 2 }))).toBe(true);
      expect(await cases.rules('default', ['r1'])).toEqual([rule({ counter: 2, version: 2 })]);
    });
  });
}
