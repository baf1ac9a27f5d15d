import { describe, expect, it } from 'vitest';
import { createRenderer, prepareVariables } from '../template/index.ts';
import { renderWithSeverity } from './rule-severity.ts';

const rendered = (params: Record<string, unknown>, rule: unknown = { severity: 'high' }) =>
  renderWithSeverity(
    params,
    createRenderer(prepareVariables({ name: 'a "b"', level: '4', context: { rule } })),
    7,
  );

describe('the severity of an alert', () => {
  it.each([
    ['low', 1],
    ['medium', 2],
    ['high', 3],
    ['critical', 4],
    ['High', 7],
    ['toString', 7],
    [undefined, 7],
  ])('of a rule with %j is %j where it is to be the rule’s', (severity, expected) => {
    expect(rendered({ isRuleSeverity: true, severity: 1 }, { severity })).toEqual({
      isRuleSeverity: true,
      severity: expected,
    });
    expect(rendered({ isRuleSeverity: true })).toEqual({ isRuleSeverity: true, severity: 3 });
  });

  it.each([1, '2', null, '{{level}}'])('is else the one given, as it is: %j', (severity) => {
    expect(rendered({ isRuleSeverity: false, severity })).toEqual({ isRuleSeverity: false, severity });
    expect(rendered({ isRuleSeverity: 'true', severity })).toEqual({ isRuleSeverity: 'true', severity });
    expect(rendered({ severity })).toEqual({ severity });
  });

  it('is none where none is given, and the other strings are rendered', () => {
    expect(rendered({ title: '{{name}}', tags: ['{{name}}'] })).toEqual({ title: 'a "b"', tags: ['a "b"'] });
  });
});
