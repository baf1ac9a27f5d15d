import { ServiceUnavailableError } from '../errors/index.ts';

/** Half of Node's four threads: files and names are read on the others. */
const MAX_RUNNING = 2;
/** At about a tenth of a second each, nobody waits longer than a few seconds. */
const MAX_WAITING = 64;
const RETRY_AFTER_SECONDS = 2;

/** Runs verifications a few at a time: of a password, each takes 16 MB and a thread. Throws when too many wait. */
export function createVerificationQueue(
  bounds = { running: MAX_RUNNING, waiting: MAX_WAITING },
): <Result>(verify: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (verify) => {
    if (running >= bounds.running) {
      if (waiting.length >= bounds.waiting) {
        throw new ServiceUnavailableError('Too many logins at once, try again later', {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      }
      // Whoever ends hands its place over, so that nobody overtakes.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await verify();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
