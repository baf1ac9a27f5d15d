import { expect, it } from 'vitest';
import { HttpRequestError, type HttpResponse, HttpStatusError } from '../http/index.ts';
import { createLogger } from '../logger.ts';
import { memoryTokens } from '../testing/index.ts';
import { forgetTokenAfter } from './forget-token.ts';

const answered = (status: number) => new HttpStatusError({ status } as HttpResponse);

it.each([
  ['a 400', answered(400), false],
  ['a 499', answered(499), false],
  ['a 399', answered(399), true],
  ['a 500', answered(500), true],
  ['a connection that broke', new HttpRequestError('socket hang up'), true],
])('after %s the token is kept: %s', async (_, error, isKept) => {
  const tokens = memoryTokens({ token: 'Bearer abc' });
  await forgetTokenAfter(error, { tokens, connector: { id: 'c1' }, log: createLogger(() => {}) });
  expect((await tokens.get()) !== undefined).toBe(isKept);
});

it('a token that cannot be deleted is a warning', async () => {
  const logged: string[] = [];
  const tokens = { ...memoryTokens(), delete: () => Promise.reject(new Error('read-only')) };
  const log = createLogger((level, message) => void logged.push(`${level} ${message}`));
  await forgetTokenAfter(answered(401), { tokens, connector: { id: 'c1' }, log });
  expect(logged).toEqual(['warn Not able to delete connector token for connectorId: c1: read-only']);
});
