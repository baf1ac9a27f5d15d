import type { LaneRecord, Settlement, StorePorts } from '../store/index.ts';
import { type Observation, observed } from './breaker.ts';
import type { LaneLimits } from './lane-limits.ts';

/** What an attempt came to, and what it says of its remote; undefined: it was none. */
export interface Ended {
  settlement: Settlement;
  observation: Observation | undefined;
}

/** A lane before and after attempts have ended; undefined: it is well. */
export interface LaneChange {
  connectorId: string;
  before: LaneRecord | undefined;
  after: LaneRecord | undefined;
}

/**
 * Brings the lanes' health up to date, in the transaction in which the attempts are written down. Gives those lanes that
 * have a row, or had one.
 */
export async function noteHealth(
  { lanes }: Pick<StorePorts, 'lanes'>,
  ended: readonly Ended[],
  limits: ReadonlyMap<string, LaneLimits>,
): Promise<LaneChange[]> {
  const byLane = Map.groupBy(ended, ({ settlement }) => settlement.claimed.connectorId);
  const known = new Set((await lanes.list([...byLane.keys()])).map(({ connectorId }) => connectorId));
  const changes: LaneChange[] = [];
  // In one order, so that no two processes wait for each other.
  for (const [connectorId, ofLane] of [...byLane].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const observations = ofLane.map(({ observation }) => observation).filter((one) => one !== undefined);
    const breaker = limits.get(connectorId)?.breaker;
    if (breaker === undefined || (!known.has(connectorId) && observations.every(isFine))) continue;
    changes.push(
      await lanes.change(connectorId, (before) => {
        const after = observed(before, connectorId, observations, breaker);
        return { after, result: { connectorId, before, after } };
      }),
    );
  }
  return changes;
}

/** Whether a lane is to be left alone. */
export function isHeld({ after }: LaneChange): boolean {
  return after !== undefined && (after.state !== 'closed' || after.pausedUntil !== null);
}

function isFine({ says, pauseUntil }: Observation): boolean {
  return says !== 'fails' && pauseUntil === undefined;
}
