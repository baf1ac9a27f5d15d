/**
 * What holds up deliveries of a lane, for all processes: its health, and buckets of tokens. What the states of a lane mean,
 * and what may follow what, is at the top of `delivery/breaker.ts`. A lane without a row is well.
 */

export type LaneState = 'closed' | 'open' | 'probing';

export interface LaneRecord {
  connectorId: string;
  state: LaneState;
  /** When it came into its state. */
  since: string;
  /** While open: nothing is claimed before. While probing: then another one may be tried. */
  until: string | null;
  /** How many attempts in a row say that the remote does not work. */
  failures: number;
  /** When the first of them ended. */
  failingSince: string | null;
  /** How long it is open next. */
  cooldownMs: number;
  /** Until when the remote has asked to be left alone. */
  pausedUntil: string | null;
}

export interface LaneStore {
  get(connectorId: string): Promise<LaneRecord | undefined>;
  /** Those of the lanes that have a row. */
  list(connectorIds: readonly string[]): Promise<LaneRecord[]>;
  /** Those that are open, probing or paused, up to `limit`. */
  held(limit: number): Promise<LaneRecord[]>;
  /**
   * Writes what `step` makes of a lane; undefined is a lane without a row. Nobody else's change comes between, and `step`
   * may be called again when the transaction is repeated.
   */
  change<T>(connectorId: string, step: (lane: LaneRecord | undefined) => Changed<LaneRecord, T>): Promise<T>;
}

export interface Bucket {
  tokens: number;
  /** Milliseconds since 1970. */
  refilledAt: number;
}

export interface BucketStore {
  /** As the change of a lane. A bucket that is not there is full. */
  change<T>(key: string, step: (bucket: Bucket | undefined) => Changed<Bucket, T>): Promise<T>;
}

/** The record as it is to be, and what the change is to give. The same record is not written. */
export type Changed<Record, Result> = { after: Record | undefined; result: Result };
