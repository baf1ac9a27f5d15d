import type { Bucket, Changed } from '../store/index.ts';

/**
 * How often something may happen: tokens come in evenly, `limit` of them in a window, and up to `burst` are kept for later.
 * So within any window there are at most `limit + burst`, whoever takes them.
 */
export interface RateLimit {
  limit: number;
  windowMs: number;
  burst: number;
}

export type Taken = { count: number } | { until: Date };

/** By which name the store knows the bucket of a connector, and that of a host. */
export const connectorBucket = (connectorId: string) => `connector ${connectorId}`;
export const hostBucket = (host: string) => `host ${host}`;

/** A tenth: what many services count over their window stays close to the limit, and a few go at once after a rest. */
export function defaultBurst(limit: number): number {
  return Math.max(1, Math.floor(limit / 10));
}

/** Up to `wanted` tokens; or none, and when there will be one. */
export function takeTokens(
  bucket: Bucket | undefined,
  wanted: number,
  rate: RateLimit,
  at: Date,
): Changed<Bucket, Taken> {
  const { tokens, refilledAt } = refilled(bucket, rate, at);
  const count = Math.min(wanted, Math.floor(tokens));
  if (count >= 1) return { after: { tokens: tokens - count, refilledAt }, result: { count } };
  const wait = Math.ceil(((1 - tokens) * rate.windowMs) / rate.limit);
  return { after: bucket, result: { until: new Date(refilledAt + wait) } };
}

/** Takes what has been used already, also when it is not there: it is owed then. */
export function oweTokens(
  bucket: Bucket | undefined,
  count: number,
  rate: RateLimit,
  at: Date,
): Changed<Bucket, void> {
  const { tokens, refilledAt } = refilled(bucket, rate, at);
  return { after: { tokens: tokens - count, refilledAt }, result: undefined };
}

/** Gives back what was not used. A bucket that is not there is full already. */
export function returnTokens(
  bucket: Bucket | undefined,
  count: number,
  { burst }: RateLimit,
): Changed<Bucket, void> {
  const after = bucket && { ...bucket, tokens: Math.min(burst, bucket.tokens + count) };
  return { after, result: undefined };
}

/** A clock that is behind another process's brings nothing, and takes nothing away. */
function refilled(bucket: Bucket | undefined, { limit, windowMs, burst }: RateLimit, at: Date): Bucket {
  const now = at.getTime();
  if (bucket === undefined) return { tokens: burst, refilledAt: now };
  const elapsed = Math.max(0, now - bucket.refilledAt);
  return {
    tokens: Math.min(burst, bucket.tokens + (elapsed * limit) / windowMs),
    refilledAt: Math.max(now, bucket.refilledAt),
  };
}
