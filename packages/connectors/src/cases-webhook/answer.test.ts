import { expect, it } from 'vitest';
import { valueAt } from './answer.ts';

const data = { id: 1, a: { b: [{ c: 'x' }] }, 'd.e': 'whole', none: null };

it.each([
  ['id', 1],
  ['a.b[0].c', 'x'],
  ['a["b"][0]["c"]', 'x'],
  ['a.b.0.c', 'x'],
  ['d.e', 'whole'],
  ['none', null],
  ['none.more', undefined],
  ['a.missing', undefined],
  ['constructor', undefined],
  ['__proto__.toString', undefined],
  ['', undefined],
])('at %j is %j', (path, expected) => {
  expect(valueAt(data, path)).toEqual(expected);
});
