import { expect, it } from 'vitest';
import type { HttpResponse } from '../http/index.ts';
import { reasonAt } from './reason-at.ts';

const reason = reasonAt(['errors', 0, 'detail'], ['message']);

it.each([
  [{ errors: [{ detail: 'no such IP' }] }, 'no such IP'],
  [{ errors: [], message: 'gone' }, 'gone'],
  [{ errors: null, message: '' }, undefined],
  [{ message: { text: 'gone' } }, undefined],
  ['<html>', undefined],
  [null, undefined],
])('of %j the reason is %j', (data, expected) => {
  expect(reason({ data: () => data } as HttpResponse)).toBe(expected);
});
