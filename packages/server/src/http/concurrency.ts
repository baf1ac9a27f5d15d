import type { ServerResponse } from 'node:http';
import { ServiceUnavailableError } from '@patchbay/engine/errors';

const RETRY_AFTER_SECONDS = 1;

/** Counts a request in until its answer has left or its connection is gone. Throws when there are too many. */
export function createConcurrencyLimit(max: number): (answer: ServerResponse) => void {
  let current = 0;
  return (answer) => {
    if (current >= max) {
      throw new ServiceUnavailableError('The server is busy', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    current++;
    answer.once('close', () => current--);
  };
}
