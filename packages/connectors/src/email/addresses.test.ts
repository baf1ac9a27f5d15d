import { hostileText, operatorSettings } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressProblem, parseAddresses } from './addresses.ts';

const lists = (email: Parameters<typeof operatorSettings>[0] & object) => operatorSettings(email).email;
const open = lists({});
const domains = (...domainAllowlist: string[]) => lists({ email: { domainAllowlist } });
const patterns = (...recipientAllowlist: string[]) => lists({ email: { recipientAllowlist } });

describe('an address', () => {
  it.each([
    ['a@b.example', [{ name: '', address: 'a@b.example' }]],
    ['"Dr Tom" <tom@elastic.co>', [{ name: 'Dr Tom', address: 'tom@elastic.co' }]],
    ['"Tom, \\"Jr\\"" <t@b.example>', [{ name: 'Tom, "Jr"', address: 't@b.example' }]],
    ['😀 <a@b.example>', [{ name: '😀', address: 'a@b.example' }]],
    [' user @ b.example ', [{ name: '', address: 'user@b.example' }]],
    ['a+tag@b.example', [{ name: '', address: 'a+tag@b.example' }]],
    ['a-b@c-d.example', [{ name: '', address: 'a-b@c-d.example' }]],
    ['"quo ted"@b.example', [{ name: '', address: '"quo ted"@b.example' }]],
    ['"x@other.example y"@b.example', [{ name: '', address: '"x@other.example y"@b.example' }]],
    ['a@[192.0.2.1]', [{ name: '', address: 'a@[192.0.2.1]' }]],
    ['jørgen@exämple.example', [{ name: '', address: 'jørgen@exämple.example' }]],
    [
      'a@b.example, Tom <c@d.example>',
      [
        { name: '', address: 'a@b.example' },
        { name: 'Tom', address: 'c@d.example' },
      ],
    ],
    [
      'Team: a@b.example, c@d.example;',
      [
        { name: '', address: 'a@b.example' },
        { name: '', address: 'c@d.example' },
      ],
    ],
  ])('may be %s', (text, mailboxes) => {
    expect(parseAddresses(text)).toEqual(mailboxes);
  });

  it.each([
    '',
    ' ',
    'nobody',
    '@b.example',
    'a@',
    'a@localhost',
    '-a@b.example',
    'a-@b.example',
    '.a@b.example',
    'a.@b.example',
    'a..b@c.example',
    'a@-b.example',
    'a@b-.example',
    'a@.b.example',
    'a@b.example.',
    'a@b..example',
    'a@b c.example',
    'a@b@c.example',
    '../etc/passwd@b.example',
    'etc/passwd@b.example',
    '<script>@b.example',
    'a@b.example c@d.example',
    'a@b.example,',
    'Tom <a@b.example',
    'Nobody:;',
    '{{to}}',
    'a@b.example\r\nBcc: eve@c.example',
    'Tom\r\n <a@b.example>',
    '"a\r\n b"@c.example',
    'a@b.example\0',
    '"\u0007" <a@b.example>',
    `${'a'.repeat(2000)}@b.example`,
  ])('may not be %j', (text) => {
    expect(parseAddresses(text)).toBeUndefined();
  });

  it('is read in no time, however long it is', () => {
    const startedAt = performance.now();
    for (const piece of ['(', '"', ' ', 'a.', 'a@b.example,', '<', '\\', 'x:'])
      parseAddresses(piece.repeat(1_000_000));
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('never holds what could end a line or an SMTP path', () => {
    const anywhere = fc.tuple(
      hostileText({ maxLength: 100 }),
      fc.constantFrom('', '"'),
      hostileText({ maxLength: 100 }),
    );
    fc.assert(
      fc.property(anywhere, ([name, quote, local]) => {
        for (const text of [
          `${name}@b.example`,
          `"${name}" <a@b.example>`,
          `${quote}${local}${quote}@b.example`,
        ]) {
          for (const { address } of parseAddresses(text) ?? []) expect(address).not.toMatch(/[\r\n\0]/);
        }
      }),
    );
  });
});

describe('the domain list', () => {
  it.each([
    ['"Dr Tom" <tom@elastic.co>', ['elastic.co'], undefined],
    ['sal@alerting.dev.elastic.co', ['dev.elastic.co'], 'not allowed emails: sal@alerting.dev.elastic.co'],
    ['tom@Elastic.co', ['elastic.co'], 'not allowed emails: tom@Elastic.co'],
    ['tom@elastic.co', [], 'not allowed emails: tom@elastic.co'],
    ['a@in.example, b@out.example', ['in.example'], 'not allowed emails: a@in.example, b@out.example'],
    [
      'G: a@in.example, b@out.example;',
      ['in.example'],
      'not allowed emails: G: a@in.example, b@out.example;',
    ],
    ['"a@in.example"@out.example', ['in.example'], 'not allowed emails: "a@in.example"@out.example'],
    ['"a@out.example"@in.example', ['in.example'], undefined],
    ['a@in.example <b@out.example>', ['in.example'], 'not valid emails: a@in.example <b@out.example>'],
  ])('%s under %j', (text, allowed, problem) => {
    expect(addressProblem({ recipients: [text] }, domains(...allowed))).toBe(problem);
    expect(addressProblem({ others: [text] }, domains(...allowed))).toBe(problem);
  });
});

describe('the recipient list', () => {
  it.each([
    ['a@b.example', ['*@b.example'], true],
    ['a@x.b.example', ['*@b.example'], false],
    ['a@x.b.example', ['*@*.b.example'], true],
    ['ops-1@b.example', ['dev-*@b.example', 'ops-*@b.example'], true],
    ['a@b.example', ['a@b.example'], true],
    ['aa@b.example', ['a@b.example'], false],
    ['a@b.examples', ['*@b.example'], false],
    ['a@bxexample.example', ['a@b.example.example'], false],
    ['aba@c.example', ['ab*ba@c.example'], false],
    ['a@b.example', ['*'], true],
    ['Tom <a@b.example>', ['a@b.example'], true],
    ['"x@b.example"@out.example', ['*@b.example'], false],
    ['a@b.example, c@out.example', ['*@b.example'], false],
  ])('%s under %j: %s', (text, allowed, isAllowed) => {
    const problem = isAllowed ? undefined : `not allowed emails: ${text}`;
    expect(addressProblem({ recipients: [text] }, patterns(...allowed))).toBe(problem);
  });

  it('is not for the sender', () => {
    expect(addressProblem({ others: ['a@out.example'] }, patterns('*@b.example'))).toBeUndefined();
  });
});

it('tells of invalid and of not allowed addresses together', () => {
  const recipients = ['x', 'a@in.example', 'b@out.example', 'y', 'c@out.example'];
  expect(addressProblem({ recipients }, domains('in.example'))).toBe(
    'not valid emails: x, y; not allowed emails: b@out.example, c@out.example',
  );
  expect(addressProblem({ recipients: ['a@in.example'] }, open)).toBeUndefined();
});
