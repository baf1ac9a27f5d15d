/**
 * The moment named by a `Retry-After` header in whole seconds, counted from `now`. The reference reads nothing
 * else: a date or other text gives undefined, and its callers then fall back to "retry later".
 */
export function retryAfter(header: string | undefined, now: Date): Date | undefined {
  if (header === undefined) return undefined;
  const moment = new Date(now.getTime() + Number.parseInt(header, 10) * 1000);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
