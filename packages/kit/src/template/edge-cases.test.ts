import { describe, expect, it } from 'vitest';
import type { EscapeMode } from './escape.ts';
import { createRenderer, renderTemplate } from './render.ts';
import { prepareVariables } from './variables.ts';

const MODES: EscapeMode[] = ['none', 'json', 'html', 'slack', 'markdown'];
const variables = prepareVariables({
  a: 1,
  b: '',
  no: false,
  nil: null,
  absent: undefined,
  f: { g: 3, h: null },
  i: [42, 43, 44],
  context: [{ _source: { 'kibana.alert.rule.category': 'threshold' } }],
  'kibana.alert.rule.name': 'cpu',
  'kibana.alert.uuid': 'u',
  one: 1,
  'one.b': 2,
  mine: { toString: 'printed' },
  doubleQuote: '"double quote"',
  lineFeed: 'line\nfeed',
  backTic: 'back`tic',
  star: '*bold*',
  ticStar: '`*bold*`',
  html: '<&>',
  link: 'https://te_st.com/',
  deep: { level1: { level2: [1, { c: '&<' }] } },
  section: { arrayC: [1, { x: 2 }] },
});
const render = (template: string, mode: EscapeMode = 'none') => renderTemplate(template, variables, mode);
const renderer = createRenderer(variables);

/** In the order of the contract's page on templating, which takes them from the reference's tests. */
describe('templates', () => {
  it('print false, and nothing for null and undefined, in all modes', () => {
    for (const mode of MODES) expect(render('{{no}}|{{nil}}|{{absent}}', mode)).toBe('false||');
  });

  it('print an object as JSON, escaped', () => {
    expect(MODES.map((mode) => render('{{f}}', mode))).toEqual([
      '{"g":3,"h":null}',
      '{\\"g\\":3,\\"h\\":null}',
      '{&quot;g&quot;:3,&quot;h&quot;:null}',
      '{"g":3,"h":null}',
      '\\{"g":3,"h":null\\}',
    ]);
  });

  it('print a list with commas, and as JSON where asked to', () => {
    expect(render('{{i}} {{i.asJSON}}')).toBe('42,43,44 [42,43,44]');
  });

  it('leave null and undefined what they are', () => {
    expect([renderer.text(null, 'none'), renderer.text(undefined, 'none')]).toEqual([null, undefined]);
  });

  it('say in their own place only that they do not parse', () => {
    expect(renderer.deep({ a: '{{a}', b: '{{a}}' }, 'none')).toEqual({
      a: 'error rendering mustache template "{{a}": Unclosed tag at 4',
      b: '1',
    });
  });

  it('are rendered on their own and in lists, and what is no text stays', () => {
    const values = [1, true, null, 'x{{a}}', ['{{a}}']];
    expect(values.map((value) => renderer.deep<unknown>(value, 'none'))).toEqual([
      1,
      true,
      null,
      'x1',
      ['1'],
    ]);
  });

  it('find dotted keys in lists of documents', () => {
    expect(render('{{context.0._source.kibana.alert.rule.category}}')).toBe('threshold');
  });

  it('print the tree that dotted keys make', () => {
    expect(render('{{{kibana}}}')).toBe('{"alert":{"rule":{"name":"cpu"},"uuid":"u"}}');
  });

  it('print the object that took the place of a value', () => {
    expect(render('{{{one}}}')).toBe('{"b":2}');
  });

  it('print a key toString of the data', () => {
    expect(render('{{mine.toString}}')).toBe('printed');
  });

  it('escape quotes and line feeds for JSON', () => {
    expect(render('{{doubleQuote}} -- {{lineFeed}}', 'json')).toBe('\\"double quote\\" -- line\\nfeed');
  });

  it('escape for Slack', () => {
    expect(render('{{backTic}} -- {{star}} -- {{ticStar}} -- {{html}} -- {{link}}', 'slack')).toBe(
      "back'tic -- `*bold*` -- `'*bold*'` -- &lt;&amp;&gt; -- https://te_st.com/",
    );
  });

  it('print a deep object in Slack, its characters escaped', () => {
    expect(render('{{deep}}', 'slack')).toBe('{"level1":{"level2":[1,{"c":"&amp;&lt;"}]}}');
  });

  it('tell a list from its JSON inside a section', () => {
    expect(render('{{#section}}{{{arrayC}}} {{{arrayC.asJSON}}}{{/section}}')).toBe('1,{"x":2} [1,{"x":2}]');
  });

  it('print nothing for what is not configured', () => {
    expect(render('[{{kibanaBaseUrl}}]')).toBe('[]');
  });
});
