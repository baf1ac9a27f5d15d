import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { descriptionOf, tagsOf, titleOf } from './case-texts.ts';

const rule = { id: 'r1', name: 'Test rule', tags: ['rule', 'test'], ruleUrl: 'https://example.com/rules/r1' };
const byHost = { 'host.name': 'A' };

describe('the title of a case', () => {
  it.each<[string, Record<string, unknown>, number, string]>([
    ['names the rule', {}, 1, 'Test rule (Auto-created)'],
    ['names the value', byHost, 1, 'Test rule - Grouping by A (Auto-created)'],
    ['counts from the second on', byHost, 2, 'Test rule - Grouping by A (2) (Auto-created)'],
    [
      'names several values',
      { a: 'x', b: { c: 1, d: null } },
      1,
      'Test rule - Grouping by x & 1 &  (Auto-created)',
    ],
    ['names lists as JSON', { a: ['x', 1] }, 1, 'Test rule - Grouping by ["x",1] (Auto-created)'],
  ])('%s', (_, grouping, counter, expected) => {
    expect(titleOf(rule, grouping, counter)).toBe(expected);
  });

  it('cuts long names and values to fit', () => {
    const long = titleOf({ name: 'n'.repeat(101) }, { a: 'v'.repeat(200) }, 12);
    expect(long).toHaveLength(160);
    expect(long).toMatch(/^n{97}\.\.\. - Grouping by v+\.\.\. \(12\) \(Auto-created\)$/);
    expect(titleOf({ name: 'n'.repeat(100) }, {}, 1)).toBe(`${'n'.repeat(100)} (Auto-created)`);
  });

  it('is never longer than Cases takes', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.string({ maxLength: 300 }),
        fc.nat(),
        (name, value, counter) => {
          const title = titleOf({ name }, { value }, counter);
          return title.length <= 160 && title.endsWith('(Auto-created)');
        },
      ),
    );
  });
});

describe('the description of a case', () => {
  it('links the rule, and names fields and values', () => {
    expect(descriptionOf(rule, {})).toBe(
      "Opened automatically by the rule ['Test rule'](https://example.com/rules/r1).",
    );
    expect(descriptionOf({ ...rule, ruleUrl: null }, { 'host.name': 'A', b: 1 })).toBe(
      'Opened automatically by the rule Test rule. Its alerts have `host.name: A` and `b: 1`.',
    );
  });

  it('shows a value as it is, whatever it holds', () => {
    const markdown = new MarkdownIt();
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('`', 'a', '*', '[', '](x)', '<b>'), minLength: 1 }),
        (value) => {
          const html = markdown.renderInline(descriptionOf({ name: 'R', ruleUrl: null }, { f: value }));
          const [, code = ''] = /<code>(.*)<\/code>/.exec(html) ?? [];
          return code === markdown.utils.escapeHtml(`f: ${value}`);
        },
      ),
    );
  });
});

describe('the tags of a case', () => {
  it('name the rule, fields and values, and have those of the rule and of the template', () => {
    expect(tagsOf(rule, byHost, ['more'])).toEqual([
      'auto-generated',
      'rule:r1',
      'host.name',
      'host.name:A',
      'rule',
      'test',
      'more',
    ]);
  });

  it('are 200 at most, none longer than 256 characters, none blank', () => {
    const tags = ['', '  ', 'x'.repeat(300), ...Array.from({ length: 300 }, (_, n) => `${n}`)];
    const made = tagsOf({ id: 'r1', tags }, {}, ['last']);
    expect([made.length, made[2]?.length, made[3]]).toEqual([200, 256, '0']);
  });
});
