import fc from 'fast-check';

/** What breaks out of, or into, the places where connectors put text. */
const PIECES = [
  // quotes, escapes, ends of strings
  '"',
  "'",
  '\\',
  '\\"',
  '\\u0022',
  '"}, {"x": "',
  '${x}',
  '%s%n',
  '%0d%0a',
  // ends of lines, of headers, of a mail
  '\n',
  '\r\n',
  '\r\n.\r\n',
  '\r\nBcc: eve@example.com\r\n\r\n',
  '\t',
  '\u2028',
  '\u2029',
  '\u0085',
  // markup
  '<',
  '>',
  '&',
  '&amp;',
  '&#60;',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<!-- -->',
  ']]>',
  '<!channel>',
  '<@U123>',
  '<https://example.com|text>',
  '*bold*',
  '_italic_',
  '~struck~',
  '|',
  '`',
  '```',
  '# ',
  '- ',
  '1. ',
  '> ',
  '[text](https://example.com)',
  '![text](https://example.com/x.png)',
  '{}[]()#+-.!=/:;,@?',
  'https://te_st.com/?a=1&b=2',
  // template tags of every kind
  '{{x}}',
  '{{{x}}}',
  '{{#x}}',
  '{{/x}}',
  '{{^x}}',
  '{{! x }}',
  '{{> x}}',
  '{{=<% %>=}}',
  '{{',
  '}}',
  '{{#EvalMath}}1+1{{/EvalMath}}',
  '{% raw %}',
  // names with a meaning
  '__proto__',
  'constructor',
  'toString',
  'null',
  '../../etc/passwd',
  // text that is not simple
  'ä',
  'e\u0301',
  '漢字',
  '😀',
  '👩‍👩‍👧',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\ud800',
  '\udc00',
  '\ufffd',
  // control characters
  '\u0000',
  '\u0007',
  '\b',
  '\u001b[31m',
  '\u007f',
  // and text like any other
  'a',
  ' ',
  'disk full on host-1',
];

/**
 * Text that an attacker would put into an alert, for properties of connector types: whatever it is, it must arrive as
 * data. Never empty. It may hold lone surrogates, which no encoding can carry: bytes in UTF-8 give back
 * `text.toWellFormed()`, JSON the text itself. At most `maxLength` UTF-16 units long, and sometimes just that.
 */
export function hostileText({ maxLength = 1_000_000 }: { maxLength?: number } = {}): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...PIECES) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }) },
  );
  const some = fc.array(piece, { minLength: 1, maxLength: 20 }).map((pieces) => pieces.join(''));
  const all = fc.shuffledSubarray(PIECES, { minLength: PIECES.length }).map((pieces) => pieces.join(''));
  const long = some.map((text) => text.repeat(Math.ceil(maxLength / text.length)));
  return fc
    .oneof({ weight: 12, arbitrary: some }, { weight: 3, arbitrary: all }, { weight: 1, arbitrary: long })
    .map((text) => text.slice(0, maxLength));
}
