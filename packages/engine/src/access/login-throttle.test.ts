import { describe, expect, it } from 'vitest';
import { TooManyRequestsError } from '../errors/index.ts';
import { createLoginThrottle, type Login } from './login-throttle.ts';

const options = { attempts: 3, windowMs: 1000, blockMs: 5000 };
const ann: Login = { username: 'ann', address: '10.0.0.1' };
const elsewhere = { ...ann, address: '10.0.0.2' };
const neighbour = { ...ann, username: 'bob' };
const stranger = { username: 'bob', address: '10.0.0.2' };

function throttle() {
  const { ensureAllowed, failed, succeeded } = createLoginThrottle(options);
  return {
    succeeded,
    fail: (times: number, at: number, login = ann) => {
      for (let count = 0; count < times; count++) failed(login, at);
    },
    isAllowed: (at: number, login = ann) => {
      try {
        ensureAllowed(login, at);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(TooManyRequestsError);
        return false;
      }
    },
    retryAfter: (at: number) => {
      try {
        ensureAllowed(ann, at);
      } catch (error) {
        return (error as TooManyRequestsError).retryAfterSeconds;
      }
      return undefined;
    },
  };
}

describe('the login throttle', () => {
  it('blocks name and address after so many failures, for the time of the block', () => {
    const { fail, isAllowed, retryAfter } = throttle();
    fail(2, 100);
    expect(isAllowed(100)).toBe(true);
    fail(1, 200);
    expect([ann, elsewhere, neighbour, stranger].map((login) => isAllowed(200, login))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([retryAfter(200), retryAfter(5199)]).toEqual([5, 1]);
    expect(isAllowed(5200)).toBe(true);
  });

  it('starts anew after a block and after a window', () => {
    const { fail, isAllowed } = throttle();
    fail(3, 0);
    fail(2, 5000);
    expect(isAllowed(5000)).toBe(true);
    fail(2, 6000);
    expect(isAllowed(6000)).toBe(true);
    fail(1, 6999);
    expect(isAllowed(6999)).toBe(false);
  });

  it('forgets the failures of a name that logged in, and not those of its address', () => {
    const { fail, isAllowed, succeeded } = throttle();
    fail(2, 0);
    succeeded(ann);
    fail(1, 0);
    expect(isAllowed(0, elsewhere)).toBe(true);
    expect(isAllowed(0)).toBe(false);
  });
});
