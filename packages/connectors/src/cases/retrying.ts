/** Somebody else was faster, there was too much at once, or what is needed was away for a moment. */
const WORTH_REPEATING = new Set([409, 429, 503]);

const MAX_ATTEMPTS = 10;
const MIN_DELAY_MS = 5;
const MAX_DELAY_MS = 2000;

/** What repeating stands on, which tests turn. */
export interface RetryMeans {
  /** From 0 to 1. */
  random(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Does `attempt` again where its error has such a status, after a delay of any length up to one that doubles.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function retrying<T>(
  { random, wait }: RetryMeans,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      if (made === MAX_ATTEMPTS || !WORTH_REPEATING.has(statusOf(error))) throw error;
      const longest = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** made);
      await wait(MIN_DELAY_MS + random() * (longest - MIN_DELAY_MS), signal);
    }
  }
}

/** What an error says of itself; 500 where it does not. */
export function statusOf(error: unknown): number {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}
