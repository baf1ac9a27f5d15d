import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { hostileText } from '../testing/index.ts';
import { type EscapeMode, escapeFor } from './escape.ts';
import { renderTemplate } from './render.ts';
import { prepareVariables } from './variables.ts';

const MODES: EscapeMode[] = ['none', 'json', 'html', 'slack', 'markdown'];

/** The template in every mode, in the order of `MODES`. */
const inEveryMode = (template: string, value: unknown) =>
  MODES.map((mode) => renderTemplate(template, prepareVariables({ value }), mode));

describe('escape modes', () => {
  it.each([
    ['<', ['<', '<', '&lt;', '&lt;', '<']],
    ['"', ['"', '\\"', '&quot;', '"', '"']],
    ['\n', ['\n', '\\n', '\n', '\n', '\n']],
    ['\\', ['\\', '\\\\', '\\', '\\', '\\\\']],
    ['*', ['*', '*', '*', '`*`', '\\*']],
    ['*<', ['*<', '*<', '*&lt;', '`*<`', '\\*<']],
    [
      'https://te_st.com/',
      [
        'https://te_st.com/',
        'https://te_st.com/',
        'https:&#x2F;&#x2F;te_st.com&#x2F;',
        'https://te_st.com/',
        'https://te\\_st\\.com/',
      ],
    ],
    [
      { g: 3, h: null },
      [
        '{"g":3,"h":null}',
        '{\\"g\\":3,\\"h\\":null}',
        '{&quot;g&quot;:3,&quot;h&quot;:null}',
        '{"g":3,"h":null}',
        '\\{"g":3,"h":null\\}',
      ],
    ],
    [{ a_b: 1 }, ['{"a_b":1}', '{\\"a_b\\":1}', '{&quot;a_b&quot;:1}', '`{"a_b":1}`', '\\{"a\\_b":1\\}']],
    [false, ['false', 'false', 'false', 'false', 'false']],
    [0, ['0', '0', '0', '0', '0']],
  ])('print %j as %j in none, json, html, slack, markdown', (value, expected) => {
    expect(inEveryMode('{{value}}', value)).toEqual(expected);
  });

  it.each(MODES)('print nothing for null and undefined: %s', (mode) => {
    expect([null, undefined].map(escapeFor(mode))).toEqual(['', '']);
  });

  it('escape the JSON of a list like any other text', () => {
    expect(inEveryMode('{{value.asJSON}}', [42, 43, 44])).toEqual([
      '[42,43,44]',
      '[42,43,44]',
      '[42,43,44]',
      '[42,43,44]',
      '\\[42,43,44\\]',
    ]);
  });

  it('leave the literal template and values in three braces or with an ampersand alone', () => {
    const text = '<*_"\\`.&';
    expect(inEveryMode(`${text}{{{value}}}{{&value}}`, text)).toEqual(MODES.map(() => text.repeat(3)));
  });
});

describe('json', () => {
  it('gives back the value from within any JSON string', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const { x } = JSON.parse(
          renderTemplate('{"x": "a {{value}} b"}', prepareVariables({ value }), 'json'),
        );
        expect(x === `a ${value} b`).toBe(true);
      }),
    );
  });

  it('writes control characters as JSON does', () => {
    expect(escapeFor('json')('\u0000\t\r\u001f')).toBe('\\u0000\\t\\r\\u001f');
  });
});

describe('html', () => {
  it('replaces the eight characters that mean something', () => {
    expect(escapeFor('html')('&<>"\'/`=')).toBe('&amp;&lt;&gt;&quot;&#39;&#x2F;&#x60;&#x3D;');
  });

  it('gives text that shows what was put in', () => {
    const shown: Record<string, string> = {
      amp: '&',
      lt: '<',
      gt: '>',
      quot: '"',
      '#39': "'",
      '#x2F': '/',
      '#x60': '`',
      '#x3D': '=',
    };
    fc.assert(
      fc.property(fc.oneof(text('&<>"\'/`=#;ltgamp'), hostileText({ maxLength: 10_000 })), (value) => {
        const escaped = escapeFor('html')(value);
        expect(escaped).not.toMatch(/[<>"'/`=]/);
        expect(escaped.replace(/&([^;]+);/g, (_, name) => shown[name] ?? '?')).toBe(value);
      }),
    );
  });
});

describe('markdown', () => {
  it('puts a backslash before each character that means something, and before no other', () => {
    expect(escapeFor('markdown')('\\|`*_{}[]()#+-.!')).toBe(
      '\\\\\\|\\`\\*\\_\\{\\}\\[\\]\\(\\)\\#\\+\\-\\.\\!',
    );
    expect(escapeFor('markdown')('<>&"\'\n~=:/')).toBe('<>&"\'\n~=:/');
  });

  it('gives text that shows what was put in', () => {
    fc.assert(
      fc.property(fc.oneof(text('\\|`*_{}[]()#+-.!<>&'), hostileText({ maxLength: 10_000 })), (value) => {
        expect(escapeFor('markdown')(value).replace(/\\(.)/gs, '$1')).toBe(value);
      }),
    );
  });

  // Not for more than one line, nor with < > & or two tildes: the mode leaves those, and so their meaning, alone.
  it('is shown by a Markdown renderer as what was put in', () => {
    const markdown = new MarkdownIt();
    const line = text('\\|`*_{}[]()#+-.!"=:/1😀 ').map((value) =>
      value.replace(/[<>&~\s\p{C}]+/gu, ' ').trim(),
    );
    fc.assert(
      fc.property(
        line.filter((value) => value !== ''),
        (value) => {
          const [open, inline, close] = markdown.parse(escapeFor('markdown')(value), {});
          expect([open?.type, close?.type]).toEqual(['paragraph_open', 'paragraph_close']);
          expect(inline?.children?.map(({ content }) => content).join('')).toBe(value);
        },
      ),
    );
  });
});

describe('slack', () => {
  it.each([
    ['back`tic', "back'tic"],
    ['*bold*', '`*bold*`'],
    ['`*bold*`', "`'*bold*'`"],
    ['<&>', '&lt;&amp;&gt;'],
    ['<a_b&`>', "`<a_b&'>`"],
    ['https://te_st.com/?a=1&b=`', "https://te_st.com/?a=1&amp;b='"],
    ['see https://te_st.com/', '`see https://te_st.com/`'],
  ])('prints %s as %s', (value, expected) => {
    expect(escapeFor('slack')(value)).toBe(expected);
  });

  it('lets no value open a link, a mention or a code span of its own', () => {
    fc.assert(
      fc.property(fc.oneof(text('_*`<>&:/a'), hostileText({ maxLength: 10_000 })), (value) => {
        expect(escapeFor('slack')(value)).toMatch(/^(`[^`]*`|(?:[^`<>&]|&(?:amp|lt|gt);)*)$/);
      }),
    );
  });
});

/** Text of anything, rich in the given characters. */
function text(characters: string): fc.Arbitrary<string> {
  return fc.string({ unit: fc.oneof(fc.constantFrom(...characters), fc.string({ maxLength: 1 })) });
}
