import { expect, it } from 'vitest';
import { sourceOfStatus } from './errors.ts';

it('lays a refusal of the caller’s credentials, quota or input at the user’s door, and no other status', () => {
  const statuses = Array.from({ length: 300 }, (_, index) => 300 + index);
  expect(statuses.filter((status) => sourceOfStatus(status) === 'user')).toEqual([
    401, 402, 403, 407, 409, 412, 413, 417, 422, 423, 429, 451,
  ]);
});
