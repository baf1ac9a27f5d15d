import { expect, it } from 'vitest';
import { statusFailure } from './status-failure.ts';

it.each([
  [200, 'unexpected status 200', undefined],
  [302, 'unexpected status 302', undefined],
  [428, 'unexpected status 428', undefined],
  [429, 'http status 429, retry later', true],
  [499, 'unexpected status 499', undefined],
  [500, 'http status 500, retry later', true],
])('of %i says: %s', (status, text, retry) => {
  const failure = statusFailure('error ringing', status);
  expect(failure).toMatchObject({ message: `error ringing: ${text}`, serviceMessage: undefined });
  expect(failure.retry).toBe(retry);
});
