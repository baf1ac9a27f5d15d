import { expect, it } from 'vitest';
import { noteType } from '../testing/note-type.ts';
import { tooOften, typeLimits } from './type-limits.ts';

it('lets one run more through than the limit says, and then none until the window has moved on', () => {
  const isLimited = typeLimits({ email: { lookbackWindow: 60_000, limit: 2 } });
  const at = (seconds: number, typeId = '.email') => isLimited(typeId, new Date(seconds * 1000));
  expect([at(0), at(1), at(2), at(3)]).toEqual([false, false, false, true]);
  expect(at(3, '.slack')).toBe(false);
  expect(at(62)).toBe(false);
});

it('names the type in a result that is worth another try', () => {
  expect(tooOften(noteType({ id: '.email' }), { id: 'mail' } as never)).toMatchObject({
    actionId: 'mail',
    status: 'error',
    serviceMessage: 'Action execution rate limit exceeded for connector: .email',
    retry: true,
  });
});
