import { LRUCache } from 'lru-cache';
import type { Settings } from '../config/index.ts';
import type { Store } from '../store/index.ts';
import {
  defaultBurst,
  hostBucket,
  oweTokens,
  type RateLimit,
  returnTokens,
  type Taken,
  takeTokens,
} from './token-bucket.ts';

/**
 * How often hosts are asked, by all connectors together. Which host a run is for is known when its request leaves; the host
 * that a connector went to last is taken for the next one's, and its tokens are taken before anything is claimed. Only a run
 * that goes elsewhere asks on its way out, and is put off when there are none.
 */
export interface HostLimits {
  /** Up to `wanted` tokens for runs of a connector about to be claimed. */
  reserve(connectorId: string, wanted: number, at: Date): Promise<Taken>;
  giveBack(connectorId: string, count: number): Promise<void>;
  /** For one run; undefined where no host has a limit. */
  passFor(connectorId: string): Pass | undefined;
}

export interface Pass {
  /** Rejects when the first request of the run may not leave now. What follows on it leaves, and is owed. */
  mayLeave(host: string): Promise<void>;
  /** Why the run sent nothing; undefined: it was let go. */
  refused(): { host: string; until: Date } | undefined;
  /** Gives back what the run has not used. */
  end(): Promise<void>;
}

const MAX_KNOWN = 10_000;

export function hostLimits(
  written: Settings['patchbay.delivery.hostLimits'],
  { store, now }: { store: Pick<Store, 'buckets'>; now(): Date },
): HostLimits {
  const rates = hostRates(written);
  /** The limited host that a connector's last run began with. */
  const known = new LRUCache<string, string>({ max: MAX_KNOWN });
  /** Tokens of a host that are reserved here. */
  const reserved = new Map<string, number>();

  const ofLane = (connectorId: string) => {
    const host = known.get(connectorId);
    const rate = host === undefined ? undefined : rates.get(host);
    return host === undefined || rate === undefined ? undefined : { host, rate };
  };
  const add = (host: string, count: number) => reserved.set(host, (reserved.get(host) ?? 0) + count);

  async function giveBack(host: string, rate: RateLimit, wanted: number): Promise<void> {
    const count = Math.min(wanted, reserved.get(host) ?? 0);
    if (count === 0) return;
    add(host, -count);
    await store.buckets.change(hostBucket(host), (bucket) => returnTokens(bucket, count, rate));
  }

  return {
    async reserve(connectorId, wanted, at) {
      const lane = ofLane(connectorId);
      if (lane === undefined) return { count: wanted };
      const { host, rate } = lane;
      const taken = await store.buckets.change(hostBucket(host), (one) => takeTokens(one, wanted, rate, at));
      if ('count' in taken) add(host, taken.count);
      return taken;
    },

    async giveBack(connectorId, count) {
      const lane = ofLane(connectorId);
      if (lane !== undefined) await giveBack(lane.host, lane.rate, count);
    },

    passFor(connectorId) {
      if (rates.size === 0) return undefined;
      const expected = ofLane(connectorId);
      let hasAsked = false;
      let isReserved = expected !== undefined;
      let refused: { host: string; until: Date } | undefined;
      return {
        async mayLeave(name) {
          const host = name.toLowerCase();
          const rate = rates.get(host);
          const isFirst = !hasAsked;
          hasAsked = true;
          if (rate === undefined) return;
          if (isFirst) known.set(connectorId, host);
          if (isReserved && expected?.host === host && (reserved.get(host) ?? 0) > 0) {
            isReserved = false;
            add(host, -1);
            return;
          }
          const at = now();
          if (!isFirst) {
            await store.buckets.change(hostBucket(host), (bucket) => oweTokens(bucket, 1, rate, at));
            return;
          }
          const taken = await store.buckets.change(hostBucket(host), (bucket) =>
            takeTokens(bucket, 1, rate, at),
          );
          if ('count' in taken) return;
          // What follows, such as a type's second try, is refused like the first.
          hasAsked = false;
          refused = { host, until: taken.until };
          throw new Error(`${host} is asked no more often than patchbay.delivery.hostLimits says`);
        },
        refused: () => refused,
        async end() {
          if (isReserved && expected !== undefined) await giveBack(expected.host, expected.rate, 1);
        },
      };
    },
  };
}

/** By the host in lower case. */
export function hostRates(written: Settings['patchbay.delivery.hostLimits']): Map<string, RateLimit> {
  return new Map(
    Object.entries(written).map(([host, { limit, window: windowMs, burst = defaultBurst(limit) }]) => [
      host.toLowerCase(),
      { limit, windowMs, burst },
    ]),
  );
}
