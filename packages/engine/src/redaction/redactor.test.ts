import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLines } from '../testing/index.ts';
import { redactingLogger } from './redacting-logger.ts';
import { redactor, strictRedactor } from './redactor.ts';

describe('redactor', () => {
  it.each([
    [{ token: 'secret-1' }, 'bad token secret-1, secret-1!', 'bad token [redacted], [redacted]!'],
    [{ a: ['first-secret', { b: 'other-secret' }] }, 'first-secret/other-secret', '[redacted]/[redacted]'],
    [{ a: 'abcdef', b: 'abcdefgh' }, 'abcdefgh abcdef', '[redacted] [redacted]'],
    [{ user: 'ann' }, 'user ann is locked', 'user ann is locked'],
    [{ token: 'a.b*c+' }, 'a.b*c+ aXbbbc', '[redacted] aXbbbc'],
    [{ token: 'pa"ss\\word' }, '{"token":"pa\\"ss\\\\word"}', '{"token":"[redacted]"}'],
    [{ token: 'a b/c=d' }, 'GET /x?token=a%20b%2Fc%3Dd', 'GET /x?token=[redacted]'],
    [{ token: "it's (a) *" }, 'token=it%27s%20%28a%29%20%2A&', 'token=[redacted]&'],
    [{ token: 'secret-1' }, 'got c2VjcmV0LTE=', 'got [redacted]'],
    [
      { user: 'ann', password: 'open' },
      'Authorization: Basic YW5uOm9wZW4=',
      'Authorization: Basic [redacted]',
    ],
    [{ t: 'a"b+c/é' }, '{\\"t\\":\\"a\\\\\\"b+c/\\u00e9\\"}', '{\\"t\\":\\"[redacted]\\"}'],
    [{ t: 'secret-1' }, `x${Buffer.from('{"a":"secret-1"}').toString('base64')}`, 'xeyJhIjoi[redacted]ifQ=='],
    [{ t: 'secret-1' }, Buffer.from('secret-1').toString('hex'), '[redacted]'],
    [{ t: 'secret-1' }, 'secr\r\n  et-1', '[redacted]'],
    [{ t: 'sécret' }, 'HTTP/1.1 500 sÃ©cret', 'HTTP/1.1 500 [redacted]'],
    [{ t: 'Bearer t0ken-1' }, 'bad token t0ken-1', 'bad token [redacted]'],
    [{ t: 'https://a.example/services/T0/abcd' }, 'POST /services/T0/abcd', 'POST [redacted]'],
    [{ t: 'https://a.example/x?key=12345678' }, 'no key 12345678', 'no key [redacted]'],
    [{ t: 'ab%41"cd' }, 'ab%41\\"cd ab%2541%22cd', '[redacted] [redacted]'],
    [{ none: null, number: 12345, empty: '' }, 'null 12345', 'null 12345'],
    [null, 'text', 'text'],
  ])('of %j turns %j into %j', (secrets, text, expected) => {
    expect(redactor(secrets)(text)).toBe(expected);
  });

  it('takes shorter ones out too where requests are shown, but none that its holes would tell', () => {
    const redact = strictRedactor({ user: 'a', password: '123' });
    expect(redact('Accept: application/json, 123')).toBe('Accept: application/json, [redacted]');
  });

  it('leaves what is no text alone', () => {
    expect(redactor({ token: 'secret-1' })(undefined)).toBeUndefined();
  });

  it('takes those of another redactor out with its own, also where one is part of the other', () => {
    const process = redactor('abcdef-and-more');
    const own = redactor({ token: 'abcdef' }, process);
    expect(own('abcdef abcdef-and-more')).toBe('[redacted] [redacted]');
    process.learn('learnt-later');
    expect(own('learnt-later')).toBe('[redacted]');
  });

  it('leaves no secret in any text, wherever they stand', () => {
    // Of characters that what they are replaced with does not have.
    const secret = fc.string({ unit: fc.constantFrom('0', '1', '"', '%', '\\', 'é'), minLength: 5 });
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1 }), fc.array(fc.string()), (secrets, texts) => {
        const text = texts.flatMap((part, n) => [part, secrets[n % secrets.length]]).join('');
        const shown = redactor({ secrets })(text);
        for (const value of secrets) expect(shown).not.toContain(value);
      }),
    );
  });
});

describe('redactingLogger', () => {
  it('takes secrets out of messages and out of fields at any depth', () => {
    const { lines, logger } = logLines();
    const log = redactingLogger(logger('x'), redactor({ token: 'secret-1' }));
    const at = new Date(0);
    log.info('sent secret-1');
    log.error('failed', {
      url: 'https://a.example/secret-1',
      list: ['secret-1', 1, null, { deep: 'secret-1' }],
      error: new Error('bad secret-1'),
      at,
    });
    expect(lines).toEqual([
      { logger: 'x', level: 'info', message: 'sent [redacted]', fields: undefined },
      {
        logger: 'x',
        level: 'error',
        message: 'failed',
        fields: {
          url: 'https://a.example/[redacted]',
          list: ['[redacted]', 1, null, { deep: '[redacted]' }],
          error: 'bad [redacted]',
          at,
        },
      },
    ]);
  });

  it('takes them out of objects of any kind, also of one that holds itself', () => {
    const { lines, logger } = logLines();
    const log = redactingLogger(logger('x'), redactor({ token: 'secret-1' }));
    const bare = Object.assign(Object.create(null), { token: 'secret-1' });
    const circle: Record<string, unknown> = { token: 'secret-1' };
    circle.self = circle;
    log.info('x', { bare, circle, url: new URL('https://a.example/secret-1') });
    expect(lines).toMatchObject([
      { fields: { bare: { token: '[redacted]' }, circle: { token: '[redacted]' } } },
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret-1');
  });

  it('keeps the level', () => {
    const { lines, logger } = logLines();
    const log = redactingLogger(logger('x'), redactor({}));
    const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
    for (const level of levels) log[level]('x');
    expect(lines.map(({ level }) => level)).toEqual(levels);
  });
});
