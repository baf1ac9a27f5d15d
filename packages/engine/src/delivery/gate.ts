import type { Store } from '../store/index.ts';
import { admissionTo, beginProbe, type HeldBack, withdrawProbe } from './breaker.ts';
import type { HostLimits } from './host-limits.ts';
import type { LaneLimitsReader } from './lane-limits.ts';
import { connectorBucket, type RateLimit, returnTokens, takeTokens } from './token-bucket.ts';

/** Says how much of a lane may start: its breaker, its pause, its rate limit and its host's, which all processes share. */
export interface Gate {
  /** Up to `wanted` may start now, at least one; or none before a moment. What is admitted is counted. */
  admit(connectorId: string, wanted: number, at: Date): Promise<{ count: number } | HeldBack>;
  /** So many were admitted and are not begun. */
  giveBack(connectorId: string, count: number, at: Date): Promise<void>;
}

export function createGate(
  store: Pick<Store, 'lanes' | 'buckets'>,
  limits: LaneLimitsReader,
  hosts: Pick<HostLimits, 'reserve' | 'giveBack'>,
): Gate {
  /** When the probes that were admitted here were begun. */
  const probes = new Map<string, Date>();

  async function returnTaken(connectorId: string, count: number): Promise<void> {
    const { rate } = limits.known(connectorId);
    if (rate === undefined || count === 0) return;
    await store.buckets.change(connectorBucket(connectorId), (bucket) => returnTokens(bucket, count, rate));
  }

  /** Tokens of the connector and of its host, as many of the one as of the other. */
  async function take(
    connectorId: string,
    wanted: number,
    rate: RateLimit | undefined,
    at: Date,
  ): Promise<{ count: number } | HeldBack> {
    const own =
      rate === undefined
        ? { count: wanted }
        : await store.buckets.change(connectorBucket(connectorId), (bucket) =>
            takeTokens(bucket, wanted, rate, at),
          );
    if ('until' in own) return { ...own, reason: 'rate_limit', because: 'of its rate limit' };
    const ofHost = await hosts.reserve(connectorId, own.count, at);
    await returnTaken(connectorId, own.count - ('count' in ofHost ? ofHost.count : 0));
    return 'count' in ofHost
      ? ofHost
      : { ...ofHost, reason: 'host_limit', because: 'of the rate limit of its host' };
  }

  async function giveBack(connectorId: string, count: number, at: Date): Promise<void> {
    await returnTaken(connectorId, count);
    await hosts.giveBack(connectorId, count);
    const begunAt = probes.get(connectorId);
    if (begunAt === undefined) return;
    probes.delete(connectorId);
    await store.lanes.change(connectorId, (lane) => withdrawProbe(lane, begunAt, at));
  }

  return {
    async admit(connectorId, wanted, at) {
      probes.delete(connectorId);
      const [lane, { rate, breaker }] = await Promise.all([
        store.lanes.get(connectorId),
        limits.read(connectorId),
      ]);
      const admission = admissionTo(lane, breaker, at);
      if (typeof admission === 'object') return admission;
      const taken = await take(connectorId, admission === 'probe' ? 1 : wanted, rate, at);
      if ('until' in taken) return taken;
      if (admission === 'all') return taken;
      const begun = await store.lanes.change(connectorId, (now) => beginProbe(now, breaker, at));
      if (begun === 'probe') {
        probes.set(connectorId, at);
        return { count: 1 };
      }
      // Somebody else was first; when it has been decided already, all of one is as good as a probe.
      if (begun === 'all') return { count: 1 };
      await giveBack(connectorId, 1, at);
      return begun;
    },
    giveBack,
  };
}
