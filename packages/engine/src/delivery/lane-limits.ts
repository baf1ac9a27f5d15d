import { LRUCache } from 'lru-cache';
import type { Catalog } from '../catalog/index.ts';
import type { Settings } from '../config/index.ts';
import type { BreakerPolicy } from './breaker.ts';
import { defaultBurst, type RateLimit } from './token-bucket.ts';

/** What bounds the deliveries of one connector: its own settings, and where they say nothing the operator's. */
export interface LaneLimits {
  /** How many this process runs at once. */
  concurrency: number;
  /** How many all processes together run at once; undefined: each as many as it may. */
  maxRunning: number | undefined;
  rate: RateLimit | undefined;
  breaker: BreakerPolicy;
  maxAgeMs: number;
}

export interface LaneLimitsReader {
  /** As the settings are now. */
  read(connectorId: string): Promise<LaneLimits>;
  /** As they were read last; before that, the operator's. */
  known(connectorId: string): LaneLimits;
}

export type LaneLimitsSettings = Pick<
  Settings,
  | 'patchbay.delivery.connectorConcurrency'
  | 'patchbay.delivery.maxAge'
  | 'patchbay.delivery.breaker.enabled'
  | 'patchbay.delivery.breaker.failures'
  | 'patchbay.delivery.breaker.cooldown'
  | 'patchbay.delivery.breaker.maxCooldown'
>;

const MAX_KNOWN = 10_000;

export function laneLimits(
  catalog: Pick<Catalog, 'deliverySettings'>,
  settings: LaneLimitsSettings,
): LaneLimitsReader {
  const known = new LRUCache<string, LaneLimits>({ max: MAX_KNOWN });
  const operators = limitsOf(undefined);

  function limitsOf(own: Awaited<ReturnType<Catalog['deliverySettings']>> | undefined): LaneLimits {
    const rate = own?.rateLimit;
    const cooldownMs = own?.breaker.cooldownMs ?? settings['patchbay.delivery.breaker.cooldown'];
    return {
      concurrency: own?.concurrency ?? settings['patchbay.delivery.connectorConcurrency'],
      maxRunning: own?.concurrency,
      rate: rate && { ...rate, burst: rate.burst ?? defaultBurst(rate.limit) },
      breaker: {
        enabled: own?.breaker.enabled ?? settings['patchbay.delivery.breaker.enabled'],
        failures: own?.breaker.failures ?? settings['patchbay.delivery.breaker.failures'],
        windowMs: own?.breaker.windowMs,
        cooldownMs,
        maxCooldownMs: Math.max(cooldownMs, settings['patchbay.delivery.breaker.maxCooldown']),
      },
      maxAgeMs: own?.retry.maxAgeMs ?? settings['patchbay.delivery.maxAge'],
    };
  }

  return {
    async read(connectorId) {
      const limits = limitsOf(await catalog.deliverySettings(connectorId));
      known.set(connectorId, limits);
      return limits;
    },
    known: (connectorId) => known.get(connectorId) ?? operators,
  };
}
