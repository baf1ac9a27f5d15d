import { describe, expect, it } from 'vitest';
import { alertHistoryDocument } from './alert-history-document.ts';

const now = new Date('2026-01-01T00:00:00.000Z');
const variables = {
  rule: { id: 'r1', name: 'CPU', type: '.index-threshold', spaceId: 'default' },
  alert: { id: 'host-1', actionGroup: 'threshold met', actionGroupName: 'Threshold met' },
  context: { message: 'high', value: 9 },
  params: { index: 'm' },
  tags: ['a'],
};

describe('the alert-history document', () => {
  it('holds what the variables say of rule and alert', () => {
    expect(alertHistoryDocument(variables, now)).toEqual({
      '@timestamp': '2026-01-01T00:00:00.000Z',
      tags: ['a'],
      message: 'high',
      rule: {
        id: 'r1',
        name: 'CPU',
        params: { '__index-threshold': { index: 'm' } },
        space: 'default',
        type: '.index-threshold',
      },
      kibana: {
        alert: {
          id: 'host-1',
          context: { '__index-threshold': { message: 'high', value: 9 } },
          actionGroup: 'threshold met',
          actionGroupName: 'Threshold met',
        },
      },
      event: { kind: 'alert' },
    });
  });

  it('is dated by the variable, where there is one', () => {
    expect(alertHistoryDocument({ ...variables, date: '2025-05-05T05:05:05.555Z' }, now)).toMatchObject({
      '@timestamp': '2025-05-05T05:05:05.555Z',
    });
  });

  it('has no field for what is empty', () => {
    const sparse = { rule: { type: 'a.b.c' }, alert: {}, context: {}, params: {}, tags: [] };
    expect(alertHistoryDocument(sparse, now)).toEqual({
      '@timestamp': '2026-01-01T00:00:00.000Z',
      rule: { type: 'a.b.c' },
      kibana: { alert: {} },
      event: { kind: 'alert' },
    });
  });

  it.each([{ rule: undefined }, { alert: undefined }, { rule: { id: 'r1' } }])(
    'is none without rule, rule type or alert: %j',
    (missing) => {
      expect(alertHistoryDocument({ ...variables, ...missing }, now)).toBeUndefined();
    },
  );
});
