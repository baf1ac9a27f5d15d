import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText } from '../testing/index.ts';
import { type EscapeMode, prepareVariables, renderConfigTemplate, renderTemplate } from './index.ts';

const MODES: EscapeMode[] = ['none', 'json', 'html', 'slack', 'markdown'];
const LAMBDAS = ['EvalMath', 'ParseHjson', 'FormatDate', 'FormatNumber', 'EncodeURI', 'EncodeURIComponent'];

describe('whatever a template holds', () => {
  const name = fc.constantFrom(
    'x',
    'list',
    'o',
    'o.list',
    '.',
    'list.asJSON',
    'o.constructor',
    '__proto__',
    ...LAMBDAS,
  );
  const tag = fc
    .tuple(name, fc.constantFrom('{{?}}', '{{{?}}}', '{{&?}}', '{{#?}}', '{{/?}}', '{{^?}}', '{{> ?}}'))
    .map(([of, form]) => form.replace('?', of));
  const section = fc
    .tuple(name, fc.oneof(tag, hostileText({ maxLength: 50 })))
    .map(([of, inner]) => `{{#${of}}}${inner}{{/${of}}}`);
  const template = fc
    .array(fc.oneof(section, tag, hostileText({ maxLength: 200 }), fc.constant(';')), { maxLength: 8 })
    .map((parts) => parts.join(''));

  it('it renders to text, and changes nothing that objects share', () => {
    const shared = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
    const before = shared.map((prototype) => Reflect.ownKeys(prototype));
    fc.assert(
      fc.property(template, hostileText({ maxLength: 200 }), fc.constantFrom(...MODES), (given, x, mode) => {
        const variables = prepareVariables({ x, list: [x, 1, { x }], o: { x, list: [] } });
        expect(typeof renderTemplate(given, variables, mode)).toBe('string');
        expect(typeof renderConfigTemplate(given, { x, list: [x], o: {} })).toBe('string');
      }),
    );
    expect(shared.map((prototype) => Reflect.ownKeys(prototype))).toEqual(before);
  });

  it('a value is never rendered again', () => {
    fc.assert(
      fc.property(hostileText(), (x) => {
        expect(renderTemplate('{{{x}}}{{#o}}{{x}}{{/o}}', prepareVariables({ x, o: { y: 1 } }), 'none')).toBe(
          x + x,
        );
      }),
    );
  });
});

describe('a template that would take all time or memory', () => {
  const list = Array.from({ length: 100 }, (_, index) => index);
  const big = 'x'.repeat(1_000_000);
  const nested = (of: string, levels: number, inner: string) =>
    `{{#${of}}}`.repeat(levels) + inner + `{{/${of}}}`.repeat(levels);
  const format = (levels: number): string =>
    levels === 0 ? 'LLLL' : `{{#FormatDate}}2026-01-01;;${format(levels - 1)}{{/FormatDate}}`;

  it.each([
    ['sections in sections', nested('list', 10, '')],
    ['text in sections in sections', nested('list', 5, big)],
    ['values in sections in sections', nested('list', 5, '{{{big}}}')],
    ['lists as JSON in sections', nested('list', 4, '{{#o.list.asJSON}}{{/o.list.asJSON}}')],
    ['one value many times', '{{big}}'.repeat(1000)],
    ['lambdas in lambdas', nested('EncodeURI', 3000, 'é')],
    ['lambdas in sections in sections', nested('list', 4, '{{#FormatNumber}}1;;{{/FormatNumber}}')],
    ['sums of lists in sections', nested('list', 4, '{{#EvalMath}}sum(o.list, o.list){{/EvalMath}}')],
  ])('is given up: %s', (_, template) => {
    const rendered = renderTemplate(template, prepareVariables({ list, big, o: { list } }), 'json');
    expect(rendered).toMatch(/^error rendering mustache template ".*": The result is too large$/s);
  });

  it.each([
    ['formats in formats', format(20)],
    ['deep sections', nested('o', 20_000, '')],
    ['deep Hjson', `{{#ParseHjson}}${'['.repeat(100_000)}{{/ParseHjson}}`],
    ['deep expressions', `{{#EvalMath}}${'('.repeat(100_000)}{{/EvalMath}}`],
    ['many digits', '{{#FormatNumber}}1e308;;minimumIntegerDigits: 21{{/FormatNumber}}'],
  ])('comes to an end: %s', (_, template) => {
    expect(renderTemplate(template, prepareVariables({ o: { a: 1 } }), 'json').length).toBeLessThan(
      2_000_000,
    );
  });
});
