import { createHash } from 'node:crypto';
import { NO_PRIVILEGES, type Principal } from '@patchbay/engine/access';
import { type ConnectorType, defineConnectorType } from '@patchbay/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestEngine, testEngine } from '../../../engine/src/testing/index.ts';
import { casesType } from './cases.ts';
import { privilegesOn } from './privileges.ts';

const CALLER: Principal = {
  username: 'ann',
  profileUid: 'u_ann',
  roles: ['superuser'],
  fullName: 'Ann',
  email: null,
  privileges: [{ ...NO_PRIVILEGES, superuser: true }],
};

/** Who has the privileges that `.cases` asks for, but for those named. */
const without = (...missing: string[]): Principal => ({
  ...CALLER,
  privileges: [
    {
      ...NO_PRIVILEGES,
      cases: [
        {
          spaces: ['default'],
          owner: 'cases',
          operations: [...privilegesOn('cases').map((name) => name.split('/')[1] ?? ''), 'getCase'].filter(
            (name) => !missing.includes(name),
          ) as never,
        },
      ],
    },
  ],
});

const alert = (id: string, host?: string) => ({
  _id: id,
  _index: '.alerts-1',
  ...(host !== undefined && { 'host.name': host }),
});

/** The reference's example. */
const EXAMPLE = {
  alerts: [alert('a1', 'A'), alert('a2', 'B')],
  rule: { id: 'r1', name: 'Test rule', tags: ['rule', 'test'], ruleUrl: 'https://example.com/rules/r1' },
  groupingBy: ['host.name'],
  groupedAlerts: null,
  owner: 'cases',
  reopenClosedCases: false,
  timeWindow: '7d',
  maximumCasesToOpen: 5,
  templateId: null,
  internallyManagedAlerts: false,
};

/** A tracker that takes what it is given, or nothing. */
function tracker(taken: unknown[], fails: () => boolean): ConnectorType {
  return defineConnectorType({
    id: '.tracker',
    name: 'Tracker',
    minimumLicense: 'basic',
    features: ['cases'],
    caseIncident: { title: 'summary', description: 'text', comments: 'notes' },
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: z.strictObject({ subAction: z.literal('pushToService'), subActionParams: z.unknown() }),
    execute({ params }) {
      if (fails()) throw new Error('the tracker is away');
      taken.push(params.subActionParams);
      return { id: '1', title: 'T-1', url: 'https://tracker/1', pushedDate: '2026-01-01T00:00:00.000Z' };
    },
  });
}

let engine: TestEngine;
let now: Date;
let waited: number[];
let pushed: unknown[];
let trackerIsAway: boolean;

beforeEach(async () => {
  now = new Date('2026-01-01T00:00:00.000Z');
  [waited, pushed, trackerIsAway] = [[], [], false];
  const means = {
    random: () => 0,
    wait: async (ms: number) => void waited.push(ms),
  };
  engine = await testEngine({
    types: [casesType(means), tracker(pushed, () => trackerIsAway)],
    now: () => now,
  });
});
afterEach(() => engine[Symbol.asyncDispose]());

const run = (params: object = {}, caller: Principal | undefined = CALLER, spaceId = 'default') =>
  engine.execution.run({
    spaceId,
    connectorId: 'system-connector-.cases',
    params: { subAction: 'run', subActionParams: { ...EXAMPLE, ...params } },
    source: { kind: 'background_task' },
    caller,
    signal: new AbortController().signal,
  });

const client = (spaceId = 'default') => engine.cases.clientOf(CALLER, spaceId);

/** Oldest first. */
const found = async (spaceId = 'default') => {
  const { cases } = await client(spaceId).find({
    owners: [],
    tags: [],
    statuses: [],
    severities: [],
    assignees: [],
    reporters: [],
    categories: [],
    searchFields: [],
    defaultSearchOperator: 'OR',
    sortField: 'createdAt',
    sortOrder: 'asc',
    page: 1,
    perPage: 100,
  });
  return cases;
};

const titles = async () => (await found()).map(({ title }) => title);
const alertsOf = async (id: string | undefined) =>
  (await client().attachments.alerts(id ?? '')).map((each) => each.id);

const ok = { actionId: 'system-connector-.cases', status: 'ok', data: {} };

/** As a user closes them. */
const close = async () => {
  const open = await found();
  await client().cases.update(open.map(({ id, version }) => ({ id, version, status: 'closed' })));
};

const later = (days: number) => {
  now = new Date(now.getTime() + days * 86_400_000);
};

describe('.cases', () => {
  it('opens the cases of the example, in the name of whom it runs for', async () => {
    expect(await run()).toEqual(ok);
    const cases = await found();
    expect(cases).toHaveLength(2);
    const id = createHash('sha256').update('r1:default:cases:{"host.name":"A"}:1').digest('hex');
    expect(cases[0]).toMatchObject({
      id,
      title: 'Test rule - Grouping by A (Auto-created)',
      description:
        "Opened automatically by the rule ['Test rule'](https://example.com/rules/r1). Its alerts have `host.name: A`.",
      tags: ['auto-generated', 'rule:r1', 'host.name', 'host.name:A', 'rule', 'test'],
      connector: { id: 'none', name: 'none', type: '.none', fields: null },
      settings: { syncAlerts: false },
      owner: 'cases',
      customFields: [],
      status: 'open',
      severity: 'low',
      totalAlerts: 1,
      createdBy: { username: 'ann', fullName: 'Ann', email: null, profileUid: 'u_ann' },
    });
    const { comments } = await client().cases.get(id);
    expect(comments.map(({ attachment }) => attachment)).toEqual([
      {
        type: 'alert',
        alertId: ['a1'],
        index: ['.alerts-1'],
        rule: { id: 'r1', name: 'Test rule' },
        owner: 'cases',
      },
    ]);
  });

  it('goes on with the same cases, and attaches what is new', async () => {
    await run();
    expect(await run({ alerts: [alert('a1', 'A'), alert('a3', 'A')] })).toEqual(ok);
    const [first, ...others] = await found();
    expect(others).toHaveLength(1);
    expect([first?.totalAlerts, await alertsOf(first?.id)]).toEqual([2, ['a1', 'a3']]);
  });

  it('opens one case for a rule that does not group', async () => {
    await run({ groupingBy: [] });
    expect(await titles()).toEqual(['Test rule (Auto-created)']);
    expect(await alertsOf((await found())[0]?.id)).toEqual(['a1', 'a2']);
  });

  it('keeps to the space of the run', async () => {
    await run({}, CALLER, 'other');
    await run();
    expect([(await found()).length, (await found('other')).length]).toEqual([2, 2]);
  });

  it('puts all alerts into one case where there were more than it may open', async () => {
    const alerts = ['A', 'B', 'C', 'D', 'E', 'F'].map((host) => alert(host, host));
    expect(await run({ alerts })).toEqual(ok);
    const [theCase, ...others] = await found();
    expect(others).toEqual([]);
    expect(theCase).toMatchObject({
      title: 'Test rule (Auto-created)',
      tags: ['auto-generated', 'rule:r1', 'rule', 'test'],
      totalAlerts: 6,
    });
    expect(engine.logged.map(({ message }) => message).join()).toContain('6 groups');
  });

  it.each([{ alerts: [] }, { groupedAlerts: [] }])(
    'does nothing where there is nothing to do: %j',
    async (params) => {
      expect(await run(params)).toEqual(ok);
      expect(await found()).toEqual([]);
    },
  );

  it('takes groups as they are given, with comments before the alerts', async () => {
    const groupedAlerts = [
      { alerts: [alert('x')], grouping: { attack: '1' }, comments: ['First', 'Second'], title: 'The attack' },
    ];
    await run({ groupedAlerts, source: 'attack', internallyManagedAlerts: true });
    const [theCase] = await found();
    expect(theCase).toMatchObject({ title: 'The attack', totalComment: 2, totalAlerts: 1 });
    const { comments } = await client().cases.get(theCase?.id ?? '');
    expect(comments.map(({ attachment }) => attachment)).toMatchObject([
      { type: 'user', comment: 'First' },
      { type: 'user', comment: 'Second' },
      { type: 'alert', alertId: ['x'], rule: { id: null, name: null } },
    ]);
  });

  it('begins another case when the window of the present one has passed', async () => {
    await run({ groupingBy: [] });
    later(7);
    await run({ groupingBy: [] });
    expect(await titles()).toEqual(['Test rule (Auto-created)']);
    later(1);
    await run({ groupingBy: [] });
    expect(await titles()).toEqual(['Test rule (Auto-created)', 'Test rule (2) (Auto-created)']);
    later(7);
    await run({ groupingBy: [] });
    expect(await titles()).toHaveLength(2);
  });

  it('makes another case where the present one is closed', async () => {
    await run({ groupingBy: [] });
    await close();
    expect(await run({ groupingBy: [] })).toEqual(ok);
    expect((await found()).map(({ title, status, totalAlerts }) => [title, status, totalAlerts])).toEqual([
      ['Test rule (Auto-created)', 'closed', 2],
      ['Test rule (2) (Auto-created)', 'open', 2],
    ]);
  });

  it('opens a closed case again where it is to', async () => {
    await run({ groupingBy: [] });
    await close();
    await run({ groupingBy: [], alerts: [alert('a9')], reopenClosedCases: true });
    expect(await found()).toMatchObject([{ status: 'open', closedAt: null, totalAlerts: 3 }]);
  });

  it('makes a case again that was deleted, under its id', async () => {
    await run({ groupingBy: [] });
    const [before] = await found();
    await client().cases.delete([before?.id ?? '']);
    await run({ groupingBy: [] });
    expect(await found()).toMatchObject([{ id: before?.id, totalAlerts: 2 }]);
  });

  it('attaches nothing to a case that would have more than 1000 alerts', async () => {
    const many = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, n) => alert(`${prefix}${n}`));
    await run({ groupingBy: [], alerts: many(999, 'a') });
    expect(await run({ groupingBy: [], alerts: many(2, 'b') })).toEqual(ok);
    const [theCase] = await found();
    expect(theCase?.totalAlerts).toBe(999);
    expect(engine.logged).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: `Cases with ids "${theCase?.id}" contain more than 1000 alerts. The new alerts will not be attached to the cases. Total new alerts: 2`,
      }),
    );
    await run({ groupingBy: [], alerts: many(1, 'b') });
    expect((await found())[0]?.totalAlerts).toBe(1000);
  });

  it('comes to the same cases however many run at once', async () => {
    const results = await Promise.all([run(), run(), run()]);
    expect(results).toEqual([ok, ok, ok]);
    const cases = await found();
    expect(cases.map(({ totalAlerts }) => totalAlerts)).toEqual([1, 1]);
    expect(waited.length).toBeGreaterThan(0);
  });

  it('uses a template of the owner’s configuration', async () => {
    const connector = { id: 'none', name: 'none', type: '.none', fields: null };
    await client().configuration.configure({
      owner: 'cases',
      connector,
      closureType: 'close-by-user',
      customFields: [{ key: 'team', label: 'Team', type: 'text', required: true }],
      templates: [
        { key: 'mine', name: 'Mine', caseFields: { severity: 'high', tags: ['t'], title: 'By template' } },
      ],
    });
    await run({ groupingBy: [], templateId: 'mine' });
    expect(await found()).toMatchObject([
      {
        title: 'By template',
        severity: 'high',
        tags: ['auto-generated', 'rule:r1', 'rule', 'test', 't'],
        customFields: [{ key: 'team', type: 'text', value: 'N/A' }],
      },
    ]);
  });

  describe('pushes', () => {
    const withTracker = async () => {
      await engine.catalog.create('default', {
        id: 'tracker',
        typeId: '.tracker',
        name: 'T',
        config: {},
        secrets: {},
      });
      const connector = { id: 'tracker', name: 'T', type: '.tracker', fields: null };
      await client().configuration.configure({
        owner: 'cases',
        connector,
        closureType: 'close-by-user',
        templates: [{ key: 'pushed', name: 'Pushed', caseFields: { connector } }],
      });
    };
    const params = { groupingBy: [], templateId: 'pushed' };

    it('each case to its own connector where it is to', async () => {
      await withTracker();
      await run(params);
      expect(pushed).toEqual([]);
      expect(await run({ ...params, autoPushCase: true })).toEqual(ok);
      expect(pushed).toMatchObject([{ incident: { summary: 'Test rule (Auto-created)', externalId: null } }]);
      expect((await found())[0]?.externalService).toMatchObject({ externalId: '1', externalTitle: 'T-1' });
    });

    it('and is ok where that fails, or there is nothing to push to', async () => {
      await withTracker();
      trackerIsAway = true;
      expect(await run({ ...params, autoPushCase: true })).toEqual(ok);
      expect(await run({ groupingBy: [], rule: { id: 'r2', name: 'R' }, autoPushCase: true })).toEqual(ok);
      const lines = engine.logged.filter(({ level }) => level === 'debug').map(({ message }) => message);
      expect(lines).toEqual([
        expect.stringMatching(
          /^Failed to auto-push case \(id: \w{64}\): Failed to push case: Error: the tracker is away$/,
        ),
        expect.stringMatching(/^Failed to auto-push case .*: Saved object \[action\/none\] not found$/),
      ]);
    });
  });

  describe('fails', () => {
    const failure = (serviceMessage: string, errorSource: string) => ({
      actionId: 'system-connector-.cases',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage,
      retry: true,
      errorSource,
    });

    it('where it runs for nobody', async () => {
      const result = await engine.execution.run({
        spaceId: 'default',
        connectorId: 'system-connector-.cases',
        params: { subAction: 'run', subActionParams: EXAMPLE },
        source: { kind: 'background_task' },
        signal: new AbortController().signal,
      });
      expect(result).toEqual(failure('Kibana request is not defined', 'framework'));
      expect(engine.logged.map(({ message }) => message)).toContain(
        '[CasesConnector][run] Execution of case connector failed. Message: Kibana request is not defined. Status code: 400',
      );
    });

    it('without repeating, with the words of Cases, where it may not do all of it', async () => {
      await run();
      const result = await run({}, without('getCase'));
      expect(result).toEqual(failure('Unauthorized to access case with owners: "cases"', 'user'));
      expect(waited).toEqual([]);
    });

    it('after ten attempts, where somebody else is faster each time', async () => {
      await run({ groupingBy: [] });
      later(8);
      const { rules, updateRule } = engine.store.cases;
      engine.store.cases.updateRule = async (rule) => {
        const [current] = await rules('default', [rule.id]);
        if (current !== undefined) await updateRule({ ...current, rules: [] });
        return updateRule(rule);
      };
      expect(await run({ groupingBy: [] })).toMatchObject({
        serviceMessage: expect.stringMatching(/^Saved object \[cases-rules\/\w{64}\] conflict$/),
        errorSource: 'user',
      });
      expect(waited).toHaveLength(9);
    });
  });

  describe('is refused', () => {
    it.each(privilegesOn('cases').map((privilege) => privilege.split('/')[1] ?? ''))(
      'without the privilege %s',
      async (name) => {
        await expect(run({}, without(name))).rejects.toThrow('Unauthorized to execute a ".cases" action');
        expect(await found()).toEqual([]);
      },
    );

    it('with privileges on the cases of another owner, or in another space', async () => {
      await expect(run({ owner: 'observability' }, without())).rejects.toThrow('Unauthorized to execute');
      await expect(run({}, without(), 'other')).rejects.toThrow('Unauthorized to execute');
      expect(await run({}, without())).toEqual(ok);
    });

    it('where it does not say whose cases', async () => {
      await expect(run({ owner: undefined })).rejects.toThrow(
        'Cannot authorize cases. Owner is not defined in the subActionParams.',
      );
    });
  });
});
