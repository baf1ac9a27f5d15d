import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate } from './render.ts';
import { prepareVariables } from './variables.ts';

const render = (template: string, variables: Record<string, unknown>) =>
  renderTemplate(template, prepareVariables(variables), 'none');

describe('prepareVariables', () => {
  it.each([
    ['a date is its ISO text', { at: new Date(0) }, '{{at}}', '1970-01-01T00:00:00.000Z'],
    [
      'functions, undefined and NaN are nothing',
      { f: () => 'x', u: undefined, n: Number.NaN },
      '[{{f}}{{u}}{{n}}]',
      '[]',
    ],
    ['all variables are JSON', { a: 1, b: ['x'] }, '{{.}}', '{"a":1,"b":["x"]}'],
    ['a list is joined with commas', { l: [42, [43, 44]] }, '{{l}}', '42,43,44'],
    ['an empty list is nothing', { l: [] }, '[{{l}}]', '[]'],
    ['asJSON of an empty list', { l: [] }, '{{{l.asJSON}}}', '[]'],
    [
      'asJSON inside a section',
      { o: { l: [{ a: 1 }, { b: 2 }] } },
      '{{#o}}{{{l}}} {{{l.asJSON}}}{{/o}}',
      '{"a":1},{"b":2} [{"a":1},{"b":2}]',
    ],
  ])('%s', (_, variables, template, expected) => {
    expect(render(template, variables)).toBe(expected);
  });

  it.each([
    ['a dotted key is a path', { 'kibana.alert.rule.name': 'x' }, '{{kibana.alert.rule.name}}', 'x'],
    ['dotted keys grow one tree', { 'k.a.b': 1, 'k.a.c': 2, 'k.d': 3 }, '{{k}}', '{"a":{"b":1,"c":2},"d":3}'],
    ['also deep down', { o: { 'a.b': { 'c.d': 1 } } }, '{{o.a.b.c.d}}', '1'],
    [
      'also in lists',
      { hits: [{ _source: { 'kibana.alert.rule.category': 'threshold' } }] },
      '{{hits.0._source.kibana.alert.rule.category}}',
      'threshold',
    ],
    ['an object replaces a single value', { a: 1, 'a.b': 2 }, '{{a}}', '{"b":2}'],
    ['also one that comes later', { 'a.b': 2, a: 1 }, '{{a}}', '{"b":2}'],
    ['also null', { a: null, 'a.b': 2 }, '{{a}}', '{"b":2}'],
    ['a dotted key adds to an object', { a: { x: 1 }, 'a.b': 2 }, '{{a.b}} {{a.x}}', '2 1'],
    ['also to one that comes later', { 'a.b': 2, a: { x: 1 } }, '{{a.b}} {{a.x}}', '2 1'],
    [
      'a dotted key replaces what stands at its path',
      { a: { b: { y: 2 } }, 'a.b': { x: 1 } },
      '{{a}}',
      '{"b":{"x":1}}',
    ],
    ['also what comes later', { 'a.b': { x: 1 }, a: { b: { y: 2 } } }, '{{a}}', '{"b":{"x":1}}'],
  ])('expands dotted keys: %s', (_, variables, template, expected) => {
    expect(render(template, variables)).toBe(expected);
  });

  it('gives every object a toString that is its JSON', () => {
    expect(render('{{o.toString}}{{#list}}{{toString}}{{/list}}', { o: { a: 1 }, list: [{ b: 2 }] })).toBe(
      '{"a":1}{"b":2}',
    );
  });

  it.each([
    ['{{o.toString}}', 'mine'],
    ['{{o}}', '{"toString":"mine","a":1}'],
    ['{{{o}}}', '{"toString":"mine","a":1}'],
    ['{{l}}', '{"toString":"mine"},2'],
    ['{{dotted}}', '{"toString":{"x":1}}'],
  ])('keeps a key named toString and prints %s as %s', (template, expected) => {
    const variables = {
      o: { toString: 'mine', a: 1 },
      l: [{ toString: 'mine' }, 2],
      'dotted.toString.x': 1,
    };
    expect(render(template, variables)).toBe(expected);
  });

  it('drops keys that could reach a prototype, wherever they stand', () => {
    const hostile = JSON.parse(`{
      "__proto__": {"polluted": 1},
      "constructor": {"prototype": {"polluted": 1}},
      "prototype": {"polluted": 1},
      "__proto__.polluted": 1,
      "constructor.prototype.polluted": 1,
      "a.__proto__.polluted": 1,
      "b": {"__proto__": {"polluted": 1}, "constructor.prototype.polluted": 1},
      "list": [{"__proto__": {"polluted": 1}, "kept": 2}]
    }`);
    const prepared = prepareVariables(hostile);
    expect(JSON.stringify(prepared)).toBe('{"b":{},"list":[{"kept":2}]}');
    expect({}).not.toHaveProperty('polluted');
    expect(prepared.b).not.toHaveProperty('polluted');
  });

  it('does not change what it is given', () => {
    const given = frozen({ 'a.b': 1, a: { list: [{ 'x.y': 1 }] }, at: new Date(0) });
    prepareVariables(given);
    expect(given).toEqual({ 'a.b': 1, a: { list: [{ 'x.y': 1 }] }, at: new Date(0) });
    expect(given.a.list).not.toHaveProperty('asJSON');
  });

  it('keeps every value whose keys have no dot', () => {
    const key = fc.string().filter((name) => !/\.|^(__proto__|constructor|prototype)$/.test(name));
    const values = [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)];
    fc.assert(
      fc.property(fc.object({ key, values, maxDepth: 3 }), (variables) => {
        expect(JSON.parse(render('{{.}}', variables))).toEqual(variables);
      }),
    );
  });

  it('finds every value at its dotted path', () => {
    const segment = fc
      .stringMatching(/^[a-z]{1,8}$/)
      .filter((name) => name !== 'constructor' && name !== 'prototype');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), fc.integer(), (path, value) => {
        const name = path.join('.');
        expect(render(`{{${name}}}`, { [name]: value })).toBe(String(value));
      }),
    );
  });
});

function frozen<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object') frozen(child);
  return Object.freeze(value);
}
