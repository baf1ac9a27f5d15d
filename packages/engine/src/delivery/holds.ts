import type { Catalog } from '../catalog/index.ts';
import type { Settings } from '../config/index.ts';
import type { LaneRecord, Store } from '../store/index.ts';
import { admissionTo, type HeldBack } from './breaker.ts';
import { hostRates } from './host-limits.ts';
import { type LaneLimitsSettings, laneLimits } from './lane-limits.ts';
import { connectorBucket, hostBucket, type RateLimit, takeTokens } from './token-bucket.ts';

/** What keeps the deliveries of a connector from being run, in all processes. */
export interface Hold {
  kind: 'paused' | 'breaker_open' | 'breaker_probing' | 'rate_limited' | 'host_rate_limited';
  until: string;
  /** Of `host_rate_limited`. */
  host?: string;
}

export interface LaneHealth {
  /** `disabled`: the settings have turned it off. */
  breaker: LaneRecord['state'] | 'disabled';
  /** Attempts that have failed one after the other, up to now. */
  failures: number;
  failingSince: string | null;
  holds: Hold[];
}

export interface HoldsOptions {
  store: Pick<Store, 'lanes' | 'buckets'>;
  catalog: Pick<Catalog, 'deliverySettings'>;
  settings: LaneLimitsSettings & Pick<Settings, 'patchbay.delivery.hostLimits'>;
  now(): Date;
}

/** Looks at what holds a connector back, and changes none of it. `hosts`: those that the connector is known to go to. */
export function readHolds({ store, catalog, settings, now }: HoldsOptions) {
  const limits = laneLimits(catalog, settings);
  const rates = hostRates(settings['patchbay.delivery.hostLimits']);

  /** When a token comes in; undefined: there is one. */
  function emptyUntil(key: string, rate: RateLimit, at: Date): Promise<string | undefined> {
    return store.buckets.change(key, (bucket) => {
      const { result } = takeTokens(bucket, 1, rate, at);
      return { after: bucket, result: 'until' in result ? result.until.toISOString() : undefined };
    });
  }

  return async (connectorId: string, hosts: readonly string[]): Promise<LaneHealth> => {
    const at = now();
    const [lane, { rate, breaker }] = await Promise.all([
      store.lanes.get(connectorId),
      limits.read(connectorId),
    ]);
    const holds: Hold[] = [];
    const admission = admissionTo(lane, breaker, at);
    if (lane !== undefined && typeof admission === 'object')
      holds.push({ kind: kindOf(admission, lane), until: admission.until.toISOString() });
    const own = rate && (await emptyUntil(connectorBucket(connectorId), rate, at));
    if (own !== undefined) holds.push({ kind: 'rate_limited', until: own });
    for (const host of hosts) {
      const ofHost = rates.get(host);
      const until = ofHost && (await emptyUntil(hostBucket(host), ofHost, at));
      if (until !== undefined) holds.push({ kind: 'host_rate_limited', until, host });
    }
    return {
      breaker: breaker.enabled ? (lane?.state ?? 'closed') : 'disabled',
      failures: lane?.failures ?? 0,
      failingSince: lane?.failingSince ?? null,
      holds,
    };
  };
}

function kindOf({ reason }: HeldBack, { state }: LaneRecord): Hold['kind'] {
  if (reason === 'pause') return 'paused';
  return state === 'open' ? 'breaker_open' : 'breaker_probing';
}
