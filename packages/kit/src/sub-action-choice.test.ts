import { expect, it } from 'vitest';
import { z } from 'zod';
import { subActionChoice } from './sub-action-choice.ts';

const params = subActionChoice({
  add: z.strictObject({ count: z.number().default(1) }),
  list: z.strictObject({}),
});

it('takes an action with what it wants', () => {
  expect(params.parse({ subAction: 'add', subActionParams: {} })).toEqual({
    subAction: 'add',
    subActionParams: { count: 1 },
  });
});

it.each([
  [{}, '✖ Invalid input\n  → at subAction'],
  [{ subAction: 'remove', subActionParams: {} }, '✖ Invalid input\n  → at subAction'],
  [null, '✖ Invalid input: expected object, received null'],
  [{ subAction: 'list', subActionParams: {}, more: 1 }, '✖ Unrecognized key: "more"'],
  [
    { subAction: 'add', subActionParams: { count: '1' } },
    '✖ Invalid input: expected number, received string\n  → at subActionParams.count',
  ],
])('refuses %j', (given, text) => {
  const { error } = params.safeParse(given);
  expect(error && z.prettifyError(error)).toBe(text);
});
