import fc from 'fast-check';
import moment from 'moment-timezone';
import { describe, expect, it } from 'vitest';
import type { EscapeMode } from '../escape.ts';
import { renderTemplate } from '../render.ts';
import { prepareVariables } from '../variables.ts';
import { formatDate } from './format-date.ts';

const tuesday = '2022-11-29T15:52:44Z';

function render(template: string, variables: Record<string, unknown> = {}, mode: EscapeMode = 'none') {
  const warned: string[] = [];
  const log = { warn: (message: string) => void warned.push(message) };
  return { text: renderTemplate(template, prepareVariables(variables), mode, log), warned };
}

/** The text that a template gives, where it is to be in the log too. */
function failing(template: string, variables?: Record<string, unknown>): string {
  const { text, warned } = render(template, variables);
  expect(warned).toEqual([`mustache render error: ${text}`]);
  return text;
}

describe('EvalMath', () => {
  const variables = {
    context: { a: { b: 1 }, c: { d: 2 } },
    arrayI: [44, 45],
    rows: [{ n: 1 }, { n: 2 }],
    odd: { 'a-b': 7 },
  };

  it.each([
    ['{{#EvalMath}} 1 + context.a.b {{/EvalMath}}', '2'],
    ['{{#EvalMath}} 1 + context.a.b + context.c.d {{/EvalMath}}', '4'],
    ['{{#context}}{{#EvalMath}} 1 + c.d {{/EvalMath}}{{/context}}', '3'],
    ['{{#EvalMath}} round((arrayI[0] + arrayI[1]) / 2 / 100, 2) {{/EvalMath}}', '0.45'],
    ['{{#EvalMath}}min(arrayI) + max(1, 2) + abs(-3){{/EvalMath}}', '49'],
    ['{{#EvalMath}}arrayI * 2{{/EvalMath}}', '88,90'],
    ['{{#rows}}{{#EvalMath}}n * 10{{/EvalMath}} {{/rows}}', '10 20 '],
    ['{{#EvalMath}}odd.a-b - 1{{/EvalMath}}', '6'],
    ['{{#EvalMath}}{{context.c.d}} * 2{{/EvalMath}}', '4'],
  ])('renders %s as %s', (template, expected) => {
    expect(render(template, variables)).toEqual({ text: expected, warned: [] });
  });

  it.each([
    [
      '{{#EvalMath}} ) 1 ++++ 0 ( {{/EvalMath}}',
      'error evaluating tinymath expression ") 1 ++++ 0 (": Failed to parse expression. Expected "(", function, literal, or whitespace but ")" found.',
    ],
    [
      '{{#context}}{{#EvalMath}}context.c.d{{/EvalMath}}{{/context}}',
      'error evaluating tinymath expression "context.c.d": Unknown variable: context.c.d',
    ],
    [
      '{{#EvalMath}}9^9^9{{/EvalMath}}',
      'error evaluating tinymath expression "9^9^9": Failed to parse expression. Expected "*", "+", "-", "/", end of input, or whitespace but "^" found.',
    ],
  ])('says what is wrong with %s', (template, expected) => {
    expect(failing(template, variables)).toBe(expected);
  });
});

describe('ParseHjson', () => {
  it.each([
    ['{\n  # so\n  a: 1\n  b: text of it\n  c: [1, 2,]\n}', '{"a":1,"b":"text of it","c":[1,2]}'],
    ['a: {{context.a}}', '{"a":{"b":1}}'],
    ['  [1,2,3,4]  ', '[1,2,3,4]'],
  ])('renders %j as %s', (text, expected) => {
    expect(render(`{{#ParseHjson}}${text}{{/ParseHjson}}`, { context: { a: { b: 1 } } })).toEqual({
      text: expected,
      warned: [],
    });
  });

  it('says what is wrong with its text', () => {
    expect(failing('{{#ParseHjson}} [1,2,3,,] {{/ParseHjson}}')).toBe(
      `error parsing Hjson "[1,2,3,,]": Found a punctuator character ',' when expecting a quoteless string (check your syntax) at line 1,7 >>>1,2,3,,] ...`,
    );
  });
});

describe('FormatDate', () => {
  it.each([
    ['{{date}}', '2022-11-29 03:52pm'],
    ['  {{date}}  ; America/New_York ', '2022-11-29 10:52am'],
    ['{{date}};; dddd MMM Do YYYY HH:mm:ss.SSS', 'Tuesday Nov 29th 2022 15:52:44.000'],
    ['{{date}}; America/New_York; dddd MMM Do YYYY HH:mm:ss.SSS', 'Tuesday Nov 29th 2022 10:52:44.000'],
    ['{{date}};America/New_York;garbage', 'gamrbamg2'],
    ['{{date}};;YYYY;cut', '2022'],
    ['{{date}};;[on] L \\[LT] [', 'on 11/29/2022 [LT] ['],
  ])('renders %s as %s', (text, expected) => {
    expect(render(`{{#FormatDate}}${text}{{/FormatDate}}`, { date: tuesday })).toEqual({
      text: expected,
      warned: [],
    });
  });

  it.each([
    ['', 'date is empty'],
    ['  ;America/New_York', 'date is empty'],
    ['this is not a date', 'invalid date "this is not a date"'],
    ['1669737164000', 'invalid date "1669737164000"'],
    [`${tuesday}; NotATime Zone!`, 'unknown timeZone value "NotATime Zone!"'],
    [`${tuesday}; __proto__`, 'unknown timeZone value "__proto__"'],
    ['no date; no zone', 'invalid date "no date"'],
    [
      `${tuesday};;${'L'.repeat(1001)}`,
      `error evaluating moment format "${'L'.repeat(1001)}": longer than 1000 characters`,
    ],
  ])('says what is wrong with %j', (text, expected) => {
    expect(failing(`{{#FormatDate}}${text}{{/FormatDate}}`)).toBe(expected);
  });

  it('takes every format as Moment does', () => {
    const date = moment.tz(tuesday, 'UTC');
    const token = fc.constantFrom(
      ...'MDdwWQyYNSgGeEaAHhkmsXxZzob[]\\ :/-é',
      '[a]',
      'Hmm',
      'DDDo',
      ' L ',
      ' LTS ',
      ' lll ',
    );
    const format = fc
      .array(fc.tuple(token, fc.nat(5)), { minLength: 1 })
      .map((tokens) => tokens.map(([text, more]) => text.repeat(more + 1)).join(''))
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(format, (given) => {
        expect(formatDate(`${tuesday};;${given}`)).toBe(date.format(given));
      }),
    );
  });

  it('gets what the mode of the param makes of its argument, so three braces are needed', () => {
    const variables = { date: tuesday };
    expect(render('{{#FormatDate}}{{date}}{{/FormatDate}}', variables, 'markdown').text).toBe(
      'invalid date "2022\\-11\\-29T15:52:44Z"',
    );
    expect(render('{{#FormatDate}}{{{date}}}{{/FormatDate}}', variables, 'markdown').text).toBe(
      '2022-11-29 03:52pm',
    );
    expect(
      render(
        '{{#FormatDate}}{{{at}}} ; America/New_York; dddd MMM Do YYYY HH:mm:ss{{/FormatDate}}',
        { at: '2023-04-20T04:13:17.858Z' },
        'slack',
      ).text,
    ).toBe('Thursday Apr 20th 2023 00:13:17');
  });
});

describe('FormatNumber', () => {
  it.each([
    ['42.0; en-US; style: currency, currency: EUR', '€42.00'],
    ['1234.567;;', '1,234.567'],
    [' {{n}} ; de-DE ; ', '1.234,5'],
    ['1234.5; xx-nowhere, de-DE ;', '1.234,5'],
    ['12abc;;', '12'],
    ['1234.5;;useGrouping: false', '1234.5'],
    ['1.5;;minimumFractionDigits: 2 or so', '1.50'],
    ['0.5;;style:percent', '50%'],
  ])('renders %s as %s', (text, expected) => {
    expect(render(`{{#FormatNumber}}${text}{{/FormatNumber}}`, { n: 1234.5 })).toEqual({
      text: expected,
      warned: [],
    });
  });

  it.each([
    ['42', "invalid format, missing semicolons: '42'"],
    [' 42; en-US ', "invalid format, missing semicolons: '42; en-US'"],
    ['nope;;', "invalid number: 'nope'"],
    [';;', "invalid number: ''"],
    ['1;;style', "invalid options: missing colon in option: 'style'"],
    ['1;;style: percent, oops', "invalid options: missing colon in option: 'oops'"],
    [
      '1;;minimumFractionDigits: 1000000000',
      'error formatting number: minimumFractionDigits value is out of range.',
    ],
    ['1;not a locale;', 'error formatting number: Incorrect locale information provided'],
    ['1;;style: currency', 'error formatting number: Currency code is required with currency style.'],
  ])('says what is wrong with %j', (text, expected) => {
    expect(failing(`{{#FormatNumber}}${text}{{/FormatNumber}}`)).toBe(expected);
  });
});

describe('EncodeURI and EncodeURIComponent', () => {
  const url = 'https://www.elastic.co?foo=bar&baz= qux';

  it.each([
    ['EncodeURI', 'https://www.elastic.co?foo=bar&baz=%20qux'],
    ['EncodeURIComponent', 'https%3A%2F%2Fwww.elastic.co%3Ffoo%3Dbar%26baz%3D%20qux'],
  ])('%s does what its name says', (name, expected) => {
    expect(render(`{{#${name}}}{{url}}{{/${name}}}`, { url })).toEqual({ text: expected, warned: [] });
  });

  it.each(['EncodeURI', 'EncodeURIComponent'])('%s trims nothing', (name) => {
    expect(render(`{{#${name}}} a {{/${name}}}`).text).toBe('%20a%20');
  });

  it.each([
    ['EncodeURI', 'encodeURI'],
    ['EncodeURIComponent', 'encodeURIComponent'],
  ])('%s says what it cannot encode', (name, called) => {
    expect(failing(`{{#${name}}}\ud800{{/${name}}}`)).toBe(
      `error evaluating ${called}("\ud800"): URI malformed`,
    );
  });
});

describe('a lambda', () => {
  it('is hidden by a variable of its name', () => {
    const variables = { EvalMath: 'mine', context: { ParseHjson: { x: 1 } }, FormatDate: null };
    const template =
      '{{EvalMath}} {{#EvalMath}}1 + 1{{/EvalMath}} {{#context}}{{#ParseHjson}}{{x}}{{/ParseHjson}}{{/context}}{{#FormatDate}}x{{/FormatDate}}';
    expect(render(template, variables)).toEqual({ text: 'mine 1 + 1 1', warned: [] });
  });

  it('gives a result that is not escaped again', () => {
    expect(render('{{#ParseHjson}}a: "<{{x}}>"{{/ParseHjson}}', { x: '*' }, 'slack').text).toBe(
      '{"a":"<`*`>"}',
    );
    expect(render('{{#ParseHjson}}a: 1{{/ParseHjson}}', {}, 'json').text).toBe('{"a":1}');
  });

  it('may stand in another, and after one that failed', () => {
    const template =
      '{{#EvalMath}}){{/EvalMath}} {{#FormatNumber}}{{#EvalMath}}1000 * 2{{/EvalMath}};;{{/FormatNumber}}';
    expect(render(template).text).toMatch(/^error evaluating tinymath expression "\)": .* 2,000$/);
  });

  it.each([
    ['EvalMath', 'error evaluating tinymath expression " \u00a0 ": '],
    ['FormatDate', 'date is empty'],
    ['FormatNumber', "invalid format, missing semicolons: ''"],
    ['EncodeURI', '%20%20%C2%A0%20%20'],
  ])('trims what it says, before and after: %s', (name, expected) => {
    const { text } = render(`{{#${name}}} {{{x}}} {{/${name}}}`, { x: ' \u00a0 ' });
    expect(text.slice(0, expected.length)).toBe(expected);
  });

  it('takes no tags from a value', () => {
    const variables = { x: '{{secret}}{{#EvalMath}}1+1{{/EvalMath}}', secret: 'shown' };
    expect(render('{{#EncodeURI}}{{{x}}}{{/EncodeURI}}', variables).text).toBe(encodeURI(variables.x));
  });

  it.each(['{{EvalMath}}', '{{{FormatDate}}}', '{{EvalMath.name}}', '{{EvalMath.call}}'])(
    'is nothing where it is used like a variable: %s',
    (template) => {
      expect(render(template)).toEqual({ text: '', warned: [] });
    },
  );
});
