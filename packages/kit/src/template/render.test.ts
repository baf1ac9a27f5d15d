import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRenderer, renderTemplate } from './render.ts';
import { prepareVariables } from './variables.ts';

const render = (
  template: string,
  variables: Record<string, unknown>,
  mode: 'none' | 'json' | 'slack' = 'none',
) => renderTemplate(template, prepareVariables(variables), mode);

describe('renderTemplate', () => {
  it.each([
    ['{{s}}', 'text'],
    ['{{zero}} {{no}}', '0 false'],
    ['[{{nothing}}{{missing}}]', '[]'],
    ['{{list}}', '42,43,44'],
    ['{{{list.asJSON}}}', '[42,43,44]'],
    ['{{list.length}}', '3'],
    ['{{list.1}}', '43'],
    ['{{mixed}}', '5,{"f":6,"g":7}'],
    ['{{object}}', '{"g":3,"h":null}'],
    ['{{#list}}<{{.}}>{{/list}}', '<42><43><44>'],
    ['{{> partial}}{{> toString}}', ''],
    ['{{=<% %>=}}<% s %>', 'text'],
  ])('renders %s as %s', (template, expected) => {
    const variables = {
      s: 'text',
      zero: 0,
      no: false,
      nothing: null,
      list: [42, 43, 44],
      mixed: [5, { f: 6, g: 7 }],
      object: { g: 3, h: null },
    };
    expect(render(template, variables)).toBe(expected);
  });

  it.each([
    ['{{ s }}{{!comment}}', 'text'],
    ['{{#objects}}{{id}}{{/objects}}', '12'],
    ['{{#objects}}{{.}}{{/objects}}', '{"id":1}{"id":2}'],
    ['{{objects.1.id}}', '2'],
    ['{{#object}}{{id}} {{s}} {{outer}}{{/object}}', '3 inner out'],
    ['{{#object}}{{object.id}}{{/object}}', '3'],
    ['{{#yes}}shown{{/yes}}{{#s}}shown{{/s}}', 'shownshown'],
    [
      '{{#no}}x{{/no}}{{#zero}}x{{/zero}}{{#blank}}x{{/blank}}{{#none}}x{{/none}}{{#nil}}x{{/nil}}{{#missing}}x{{/missing}}',
      '',
    ],
    [
      '{{^no}}a{{/no}}{{^zero}}b{{/zero}}{{^blank}}c{{/blank}}{{^none}}d{{/none}}{{^missing}}e{{/missing}}',
      'abcde',
    ],
    ['{{^yes}}x{{/yes}}{{^objects}}x{{/objects}}', ''],
    ['first\n{{#yes}}\nsecond\n{{/yes}}\nthird', 'first\nsecond\nthird'],
    ['{{a.b.c}}{{object.id.x.y}}', ''],
  ])('reads sections and names as Mustache does: %j', (template, expected) => {
    const variables = {
      s: 'text',
      outer: 'out',
      objects: [{ id: 1 }, { id: 2 }],
      object: { id: 3, s: 'inner' },
      yes: true,
      no: false,
      zero: 0,
      blank: '',
      none: [],
      nil: null,
    };
    expect(render(template, variables)).toBe(expected);
  });

  it.each([
    ['{{a}', 'Unclosed tag at 4'],
    ['{{{a}}', 'Unclosed tag at 6'],
    ['{{#a}}x', 'Unclosed section "a" at 7'],
    ['x{{/a}}', 'Unopened section "a" at 1'],
    ['{{#a}}{{/b}}', 'Unclosed section "a" at 6'],
  ])('says in the text itself why %s does not parse', (template, reason) => {
    expect(render(template, {})).toBe(`error rendering mustache template "${template}": ${reason}`);
  });

  it('gives valid JSON whatever stands in a JSON string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const rendered = render('{"x": "{{value}}"}', { value }, 'json');
        // Lone surrogates cannot be told apart once they are text.
        expect(JSON.parse(rendered)).toEqual({ x: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });
});

describe('createRenderer', () => {
  it.each([
    ['{{name}}', 'disk'],
    [
      ['{{name}}', 7],
      ['disk', 7],
    ],
    [7, 7],
    [true, true],
    [null, null],
  ])('renders %j as %j', (value, expected) => {
    expect(createRenderer(prepareVariables({ name: 'disk' })).deep<unknown>(value, 'none')).toEqual(expected);
  });

  it('puts the error of one template into its own place only', () => {
    const params = { a: '{{a}', b: '{{name}}' };
    expect(createRenderer(prepareVariables({ name: 'disk' })).deep(params, 'none')).toEqual({
      a: 'error rendering mustache template "{{a}": Unclosed tag at 4',
      b: 'disk',
    });
  });

  it('renders every string at any depth and leaves keys and other values alone', () => {
    const renderer = createRenderer(prepareVariables({ name: 'disk' }));
    const params = {
      '{{name}}': '{{name}}',
      list: [1, '{{name}}', null, { deep: 'a {{name}}' }],
      flag: true,
    };
    expect(renderer.deep(params, 'none')).toEqual({
      '{{name}}': 'disk',
      list: [1, 'disk', null, { deep: 'a disk' }],
      flag: true,
    });
  });

  it('leaves null and undefined what they are', () => {
    const renderer = createRenderer(prepareVariables({}));
    expect(renderer.text(null, 'html')).toBeNull();
    expect(renderer.text(undefined, 'html')).toBeUndefined();
  });
});
