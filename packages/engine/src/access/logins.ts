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

export interface Logins {
  verify: VerifyLogin;
  /** Counts an attempt elsewhere as one here: undefined is a failure. Throws as `verify` does. */
  counted<Result>(login: Login, attempt: () => Promise<Result | undefined>): Promise<Result>;
}

export function createLogins(
  users: Pick<UserStore, 'get'>,
  options: LoginThrottleOptions,
  now: () => Date,
): Logins {
  const throttle = createLoginThrottle(options);
  const inTurn = createVerificationQueue();
  // Whoever does not exist is told so no sooner than whoever gives a wrong password.
  const nobody = unmatchableHash();
  const time = () => now().getTime();

  async function counted<Result>(login: Login, attempt: () => Promise<Result | undefined>): Promise<Result> {
    throttle.ensureAllowed(login, time());
    const result = await attempt();
    if (result === undefined) {
      throttle.failed(login, time());
      throw new UnauthorizedError('Unauthorized');
    }
    throttle.succeeded(login);
    return result;
  }

  return {
    counted,
    verify: ({ password, ...login }) =>
      counted(login, () =>
        inTurn(async () => {
          // Others that waited as well may have failed by now.
          throttle.ensureAllowed(login, time());
          const user = await users.get(login.username);
          const matches = await verifyPassword(password, user?.passwordHash ?? nobody);
          if (user !== undefined && matches && user.enabled) return user;
          // Before the next one has its turn.
          throttle.failed(login, time());
          throw new UnauthorizedError('Unauthorized');
        }),
      ),
  };
}
