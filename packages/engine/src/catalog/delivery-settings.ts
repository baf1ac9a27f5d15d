import { z } from 'zod';
import { milliseconds, settingDuration } from './setting-duration.ts';

/** How the deliveries of one connector are tried, held back and stood in for. */

/** Another connector, and what it gets: a template of its params. */
const standIn = z.strictObject({
  connectorId: z.string().min(1),
  params: z.record(z.string(), z.unknown()).optional(),
});

export const deliverySettings = z.strictObject({
  retry: z
    .strictObject({
      maxAttempts: z.int().min(1).max(100).optional(),
      maxAge: settingDuration.optional(),
      backoff: z.strictObject({ initial: settingDuration, max: settingDuration }).optional(),
    })
    .optional(),
  rateLimit: z
    .strictObject({
      limit: z.int().min(1).max(1_000_000),
      window: settingDuration,
      burst: z.int().min(1).max(1_000_000).optional(),
    })
    .optional(),
  concurrency: z.int().min(1).max(1000).optional(),
  breaker: z
    .strictObject({
      enabled: z.boolean().optional(),
      failures: z.int().min(1).max(1000).optional(),
      window: settingDuration.optional(),
      cooldown: settingDuration.optional(),
    })
    .optional(),
  fallback: standIn.optional(),
  notices: standIn.optional(),
});

type Written = z.output<typeof deliverySettings>;

/** Ready to be used: durations in milliseconds, and what is left out is undefined. */
export interface DeliverySettings {
  retry: {
    maxAttempts?: number | undefined;
    maxAgeMs?: number | undefined;
    backoff?: { initialMs: number; maxMs: number } | undefined;
  };
  /** So many within any window, and so many more at once after a rest. */
  rateLimit?: { limit: number; windowMs: number; burst?: number | undefined } | undefined;
  /** How many run at once, over all processes. */
  concurrency?: number | undefined;
  breaker: {
    enabled?: boolean | undefined;
    failures?: number | undefined;
    windowMs?: number | undefined;
    cooldownMs?: number | undefined;
  };
  fallback?: StandIn | undefined;
  notices?: StandIn | undefined;
}

export interface StandIn {
  connectorId: string;
  /** A template of its params. */
  params?: Record<string, unknown> | undefined;
}

/** What a connector has that says nothing of deliveries. */
export const NO_DELIVERY_SETTINGS: DeliverySettings = { retry: {}, breaker: {} };

export function readDeliverySettings(written: Written | undefined): DeliverySettings {
  if (written === undefined) return NO_DELIVERY_SETTINGS;
  const { retry, rateLimit, concurrency, breaker, fallback, notices } = written;
  return {
    retry: {
      maxAttempts: retry?.maxAttempts,
      maxAgeMs: milliseconds(retry?.maxAge),
      backoff: retry?.backoff && {
        initialMs: milliseconds(retry.backoff.initial),
        maxMs: milliseconds(retry.backoff.max),
      },
    },
    rateLimit: rateLimit && {
      limit: rateLimit.limit,
      windowMs: milliseconds(rateLimit.window),
      burst: rateLimit.burst,
    },
    concurrency,
    breaker: {
      enabled: breaker?.enabled,
      failures: breaker?.failures,
      windowMs: milliseconds(breaker?.window),
      cooldownMs: milliseconds(breaker?.cooldown),
    },
    fallback,
    notices,
  };
}

/** What is wrong with parts that are fine each by itself. */
export function deliveryProblems({ retry, rateLimit }: Written): [path: string[], problem: string][] {
  const problems: [string[], string][] = [];
  const { backoff } = retry ?? {};
  if (backoff !== undefined && milliseconds(backoff.max) < milliseconds(backoff.initial))
    problems.push([['retry', 'backoff', 'max'], 'must not be less than initial']);
  if (rateLimit?.burst !== undefined && rateLimit.burst > rateLimit.limit)
    problems.push([['rateLimit', 'burst'], 'must not be more than limit']);
  return problems;
}
