import { describe, expect, it } from 'vitest';
import { runParams } from './schema.ts';

const PARAMS = {
  alerts: [{ _id: 'a1', _index: 'i', more: { free: true } }],
  groupingBy: ['host.name'],
  owner: 'cases',
  rule: { id: 'r1', name: 'Rule' },
};
const group = { alerts: PARAMS.alerts, grouping: {} };

describe('what a run gets', () => {
  it('has defaults', () => {
    expect(runParams.parse(PARAMS)).toEqual({
      ...PARAMS,
      groupedAlerts: null,
      rule: { ...PARAMS.rule, tags: [], ruleUrl: null },
      timeWindow: '7d',
      reopenClosedCases: false,
      templateId: null,
      maximumCasesToOpen: 5,
      internallyManagedAlerts: null,
    });
  });

  it.each<[string, object]>([
    ['no groups', { groupedAlerts: [] }],
    ['no field to group by', { groupingBy: [] }],
    ['no tags', { rule: { ...PARAMS.rule, tags: [] } }],
    ['no alerts', { alerts: [] }],
    ['20 groups', { groupedAlerts: Array(20).fill(group) }],
    ['a source', { source: 'attack', internallyManagedAlerts: true }],
  ])('may have %s', (_, more) => {
    expect(runParams.safeParse({ ...PARAMS, ...more }).success).toBe(true);
  });

  it.each<[string, object, string]>([
    ['an alert without id', { alerts: [{ _index: 'i' }] }, 'Alert ID and index must be defined'],
    ['an alert without index', { alerts: [{ _id: 'a' }] }, 'Alert ID and index must be defined'],
    ['two fields to group by', { groupingBy: ['a', 'b'] }, 'Too big'],
    ['tags that are text', { rule: { ...PARAMS.rule, tags: 'x' } }, 'expected array'],
    ['0 cases at most', { maximumCasesToOpen: 0 }, 'Too small'],
    ['21 cases at most', { maximumCasesToOpen: 21 }, 'Too big'],
    ['a group without grouping', { groupedAlerts: [{ alerts: [] }] }, 'expected record'],
    ['a group without alerts', { groupedAlerts: [{ grouping: {} }] }, 'expected array'],
    ['21 groups', { groupedAlerts: Array(21).fill(group) }, 'Too big'],
    ['another owner', { owner: 'me' }, 'Invalid option'],
    ['a short window', { timeWindow: '3m' }, 'Time window should be at least 5 minutes'],
    ['another window', { timeWindow: '5,' }, 'Not a valid time window'],
    ['anything else', { other: 1 }, 'Unrecognized key: "other"'],
  ])('may not have %s', (_, more, reason) => {
    const { issues = [] } = runParams.safeParse({ ...PARAMS, ...more }).error ?? {};
    expect(issues.map(({ message }) => message).join()).toContain(reason);
  });
});
