import { UnauthorizedError } from '../errors/index.ts';
import type { UserRecord, UserStore } from '../store/index.ts';
import { createLoginThrottle, type Login, type LoginThrottleOptions } from './login-throttle.ts';
import { unmatchableHash, verifyPassword } from './password.ts';
import { createVerificationQueue } from './verification-queue.ts';

/**
 * Verifies a password, and gives whose it is. Throws `UnauthorizedError`, after too many failures `TooManyRequestsError`, and
 * `ServiceUnavailableError` when too many wait.
 */
export type VerifyLogin = (login: Login & { password: string }) => Promise<UserRecord>;

export function createLogins(
  users: Pick<UserStore, 'get'>,
  options: LoginThrottleOptions,
  now: () => Date,
): VerifyLogin {
  const throttle = createLoginThrottle(options);
  const inTurn = createVerificationQueue();
  // Whoever does not exist is told so no sooner than whoever gives a wrong password.
  const nobody = unmatchableHash();
  const time = () => now().getTime();

  return async ({ password, ...login }) => {
    throttle.ensureAllowed(login, time());
    const user = await inTurn(async () => {
      // Others that waited as well may have failed by now.
      throttle.ensureAllowed(login, time());
      const user = await users.get(login.username);
      const matches = await verifyPassword(password, user?.passwordHash ?? nobody);
      if (user !== undefined && matches && user.enabled) return user;
      throttle.failed(login, time());
      throw new UnauthorizedError('Unauthorized');
    });
    throttle.succeeded(login);
    return user;
  };
}
