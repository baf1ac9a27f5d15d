import type { HttpResponse } from '@patchbay/kit';
import { describe, expect, it } from 'vitest';
import { errorDetail } from './error-detail.ts';

function detail(body: string | Uint8Array, { type = 'application/json', status = 400, secret = '' } = {}) {
  const bytes = Buffer.from(body);
  const response = {
    status,
    headers: { 'content-type': type },
    bytes: () => bytes,
  } as unknown as HttpResponse;
  return errorDetail(response, (text) => (secret === '' ? text : text.replaceAll(secret, '[redacted]')));
}

const detailOf = (body: unknown) => detail(JSON.stringify(body));

describe('what a remote says of its refusal', () => {
  it.each([
    ['detail', 'title', 'error_description', 'error', 'message', 'reason', 'description', 'Message'],
    ['detail', 'Message'],
    ['error_description', 'error'],
    ['description', 'Message'],
  ])('is in the first of these fields that has a text: %s, %s', (...names) => {
    const body = Object.fromEntries(names.map((name) => [name, `of ${name}`]).reverse());
    expect(detailOf(body)).toBe(`of ${names[0]}`);
    expect(detailOf({ ...body, [names[0] ?? '']: ' ' })).toBe(`of ${names[1]}`);
  });

  it.each([
    [{ error: { message: 'Invalid client...' } }, 'Invalid client...'],
    [{ error: { reason: 'r', msg: 'm', detail: 'd' } }, 'r'],
    [{ error: { msg: 'm', detail: 'd' } }, 'm'],
    [{ error: { detail: 'd' }, errors: ['e'] }, 'd'],
    [{ error: {}, errors: ['a', { message: 'b' }, { other: 1 }, 7, ' '] }, 'a; b'],
    [{ errors: [] }, '{"errors":[]}'],
    [{ errors: [{ code: 1 }] }, '{"errors":[{"code":1}]}'],
    [{ errors: 'x' }, '{"errors":"x"}'],
    [{ message: 7 }, '{"message":7}'],
    [['a', { message: 'b' }], 'a; b'],
    [Array.from({ length: 20 }, (_, n) => `${n}`), '0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 12; 13; 14'],
    [[1, 2], '[1,2]'],
    [7, '7'],
    [false, 'false'],
    ['a text', 'a text'],
  ])('is of %j: %s', (body, expected) => {
    expect(detailOf(body)).toBe(expected);
  });

  it.each<[string, string, string | undefined]>([
    ['text/plain', '  slow down \n', 'slow down'],
    ['text/html', '<html><body>Bad Gateway</body></html>', 'Bad Gateway'],
    ['text/html; charset=utf-8', '<h1>502</h1>\n<p>Bad\n  <b>Gateway</b></p>', '502 Bad Gateway'],
    ['text/html', '<p>', undefined],
    ['', 'plain', 'plain'],
    ['application/octet-stream', '{"message":"m"}', 'm'],
    ['application/json', 'no JSON', 'no JSON'],
  ])('is of %s %j: %s', (type, body, expected) => {
    expect(detail(body, { type })).toBe(expected);
  });

  it('is the client’s code for a server’s error without words, and nothing for any other', () => {
    for (const body of ['', ' ', 'null', '""', new Uint8Array([0xff, 0xfe, 0x00])]) {
      expect(detail(body)).toBeUndefined();
      expect(detail(body, { status: 503 })).toBe('ERR_BAD_RESPONSE');
    }
  });

  it('is cut, and no half of a secret is left', () => {
    const text = 'x'.repeat(2048);
    expect(detailOf(text)).toBe(text);
    expect(detailOf(`${text}y`)).toBe(`${text}…`);
    const secret = 'hush-hush';
    expect(detail(`${'x'.repeat(2043)}${secret}`, { secret })).toBe(`${'x'.repeat(2043)}[reda…`);
  });

  it('is found in time, whatever there is', () => {
    const startedAt = performance.now();
    for (const piece of ['<', '<a', '< ', ' \n', '<>', '[', '"']) {
      detail(piece.repeat(1_000_000 / piece.length), { type: 'text/html' });
      detail(piece.repeat(1_000_000 / piece.length));
    }
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
