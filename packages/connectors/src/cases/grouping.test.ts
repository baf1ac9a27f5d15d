import { describe, expect, it } from 'vitest';
import { groupsOf, together } from './grouping.ts';
import { runParams } from './schema.ts';

const params = (alerts: object[], more: object = {}) =>
  runParams.parse({
    alerts: alerts.map((alert, place) => ({ _id: `${place}`, _index: 'i', ...alert })),
    groupingBy: ['host.name'],
    owner: 'cases',
    rule: { id: 'r1', name: 'Rule' },
    ...more,
  });

const shape = (given: ReturnType<typeof params>) =>
  groupsOf(given).map(({ grouping, alerts }) => [grouping, alerts.map(({ _id }) => _id).join('')]);

describe('alerts are grouped', () => {
  it('by a field, under its dotted name or nested, the dotted name first', () => {
    const alerts = [{ 'host.name': 'A' }, { host: { name: 'B' } }, { 'host.name': 'A', host: { name: 'B' } }];
    expect(shape(params(alerts))).toEqual([
      [{ 'host.name': 'A' }, '02'],
      [{ 'host.name': 'B' }, '1'],
    ]);
  });

  it.each([[null], [''], [0], [false], [undefined]])(
    'as unknown, after all others, where the value is %j',
    (value) => {
      expect(shape(params([{ 'host.name': value }, { 'host.name': 'A' }, {}]))).toEqual([
        [{ 'host.name': 'A' }, '1'],
        [{ 'host.name': 'unknown' }, '02'],
      ]);
    },
  );

  it('with those that say unknown themselves', () => {
    expect(shape(params([{ 'host.name': 'unknown' }, {}]))).toEqual([[{ 'host.name': 'unknown' }, '01']]);
  });

  it('by values of any kind, whichever way their keys are ordered', () => {
    const alerts = [
      { 'host.name': { a: 1, b: [2] } },
      { 'host.name': { b: [2], a: 1 } },
      { 'host.name': ['x'] },
    ];
    expect(shape(params(alerts))).toEqual([
      [{ 'host.name': { a: 1, b: [2] } }, '01'],
      [{ 'host.name': ['x'] }, '2'],
    ]);
  });

  it('all as one where there is no field', () => {
    expect(shape(params([{ a: 1 }, {}], { groupingBy: [] }))).toEqual([[{}, '01']]);
  });

  it('as they are given, with comments and titles', () => {
    const group = { alerts: [{ _id: '1', _index: 'i' }], grouping: { attack: 'x' } };
    const given = [{ ...group, comments: ['a'], assistantComments: ['b'], title: 'Attack' }, group];
    const groups = groupsOf(params([{}], { groupedAlerts: given }));
    expect(groups).toEqual([
      { ...group, comments: ['a', 'b'], title: 'Attack' },
      { ...group, comments: [], title: undefined },
    ]);
    expect(together(groups)).toEqual({
      alerts: [...group.alerts, ...group.alerts],
      grouping: {},
      comments: [],
    });
    expect(groupsOf(params([{}], { groupedAlerts: [] }))).toEqual([]);
  });
});
