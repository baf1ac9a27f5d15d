import { describe, expect, it } from 'vitest';
import { cases } from './cases.ts';
import { ownerOf } from './rule-action.ts';

const action = cases.ruleAction;
const A = { _id: 'a1', _index: '.alerts-1', 'host.name': 'A' };
const B = { _id: 'a2', _index: '.alerts-1', 'host.name': 'B' };
const facts = {
  rule: { id: 'r1', name: 'Test rule', tags: ['rule', 'test'], url: 'https://example.com/rules/r1' },
  alerts: { new: [A], ongoing: [B], recovered: [{ _id: 'a3', _index: '.alerts-1' }] },
};

const paramsOf = (subActionParams: object, given = facts) =>
  action?.toParams(action.params.parse({ subAction: 'run', subActionParams }), given) as {
    subActionParams: Record<string, unknown>;
  };

describe('.cases in a rule', () => {
  it('gets new and ongoing alerts, and the rule', () => {
    const given = { groupingBy: ['host.name'], timeWindow: '7d', reopenClosedCases: false, templateId: null };
    expect(JSON.stringify(paramsOf(given))).toBe(
      '{"subAction":"run","subActionParams":{"alerts":[{"_id":"a1","_index":".alerts-1","host.name":"A"},{"_id":"a2","_index":".alerts-1","host.name":"B"}],"rule":{"id":"r1","name":"Test rule","tags":["rule","test"],"ruleUrl":"https://example.com/rules/r1"},"groupingBy":["host.name"],"groupedAlerts":null,"owner":"cases","reopenClosedCases":false,"timeWindow":"7d","maximumCasesToOpen":5,"templateId":null,"internallyManagedAlerts":false}}',
    );
  });

  it('gets what the type takes, with its defaults', () => {
    const built = paramsOf(
      { groupingBy: [] },
      { ...facts, rule: { id: 'r1', name: 'R' } as typeof facts.rule },
    );
    expect(cases.subActions?.run?.parse(built.subActionParams)).toMatchObject({
      timeWindow: '7d',
      reopenClosedCases: false,
      rule: { tags: [], ruleUrl: null },
    });
    expect(
      paramsOf({ groupingBy: [], autoPushCase: true, templateVersion: 2 }).subActionParams,
    ).toMatchObject({
      autoPushCase: true,
      templateVersion: 2,
    });
  });

  it.each([
    [undefined, 5],
    [0, 5],
    [1, 1],
    [20, 20],
    [21, 20],
    [-3, 1],
  ])('asked for %s cases at most, may open %i', (maximumCasesToOpen, expected) => {
    expect(paramsOf({ groupingBy: [], maximumCasesToOpen }).subActionParams.maximumCasesToOpen).toBe(
      expected,
    );
  });

  it.each<[string | undefined, string | undefined, string]>([
    ['siem', 'siem', 'securitySolution'],
    ['observability', 'stackAlerts', 'observability'],
    ['uptime', 'uptime', 'observability'],
    ['alerts', 'siem', 'securitySolution'],
    ['alerts', 'logs', 'observability'],
    ['stackAlerts', 'siem', 'cases'],
    ['alerts', 'stackAlerts', 'cases'],
    [undefined, undefined, 'cases'],
    ['constructor', '', 'cases'],
  ])('of a rule of %s whose type is of %s makes cases of %s', (consumer, producer, owner) => {
    const rule = { ...(consumer !== undefined && { consumer }), ...(producer !== undefined && { producer }) };
    expect(ownerOf(rule)).toBe(owner);
    expect(action?.privileges?.(rule)).toContain(`cases:${owner}/createCase`);
  });

  it.each([
    [{ groupingBy: ['a', 'b'] }],
    [{}],
    [{ groupingBy: [], timeWindow: '3m' }],
    [{ groupingBy: [], other: 1 }],
  ])('refuses %j', (subActionParams) => {
    expect(action?.params.safeParse({ subAction: 'run', subActionParams }).success).toBe(false);
  });

  it('refuses any other sub-action', () => {
    expect(action?.params.safeParse({ subAction: 'x', subActionParams: { groupingBy: [] } }).success).toBe(
      false,
    );
  });
});
