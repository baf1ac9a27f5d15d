import type { LaneHealth } from '../delivery/index.ts';
import type { QueueCount } from '../store/index.ts';
import { type Answer, heldBack } from './answer.ts';

/** What is known about a connector at a moment. */
export interface ConnectorFacts {
  /** Why it takes nothing; undefined: it does. */
  refusal: string | undefined;
  lane: LaneHealth;
  /** Its deliveries. */
  queue: readonly QueueCount[];
  workers: number;
  /** The last runs that ended, the newest first. */
  runs: readonly RunEnd[];
  at: Date;
}

export interface RunEnd {
  at: string;
  executionUuid: string;
  isOk: boolean;
  /** Why it failed, as in the event log. */
  reason: string | null;
}

/**
 * Why something did not arrive by way of a connector: all that is in its way now, the most certain first; then what has gone
 * wrong before, then what is well. There is always one.
 */
export function answersFor(facts: ConnectorFacts): Answer[] {
  const { refusal, lane, workers, runs } = facts;
  const waiting = queued(facts);
  return [
    ...(refusal === undefined ? [] : [{ status: 'not_arrived', reason: 'refused', text: refusal } as const]),
    ...lane.holds.map((hold) => heldBack(hold, lane)),
    ...(workers === 0 && waiting > 0
      ? [
          {
            status: 'waiting',
            reason: 'no_worker',
            text: `no process is running deliveries: ${of(waiting)} queued`,
          } as const,
        ]
      : []),
    ...failures(runs),
    ...deadLetters(facts),
    ...lastGood(runs),
    ...(waiting > 0
      ? [{ status: 'waiting', reason: 'due', text: `${of(waiting)} queued${due(facts)}` } as const]
      : []),
  ];
}

function failures(runs: readonly RunEnd[]): Answer[] {
  const [last] = runs;
  if (last === undefined || last.isOk) return [];
  const good = runs.findIndex(({ isOk }) => isOk);
  const count = good === -1 ? runs.length : good;
  const what = count === 1 ? 'its last run' : `its last ${count} runs`;
  return [{ status: 'not_arrived', reason: 'failing', text: `${what} failed: ${last.reason}` }];
}

function deadLetters({ queue }: ConnectorFacts): Answer[] {
  const count = queue.find(({ state }) => state === 'dead')?.count ?? 0;
  if (count === 0) return [];
  return [
    { status: 'not_arrived', reason: 'dead', text: `${of(count)} given up, to be replayed or discarded` },
  ];
}

function lastGood([last]: readonly RunEnd[]): Answer[] {
  if (last === undefined) {
    const text = 'nothing has been run by it, as far back as the event log goes';
    return [{ status: 'not_arrived', reason: 'nothing_sent', text }];
  }
  return last.isOk
    ? [{ status: 'arrived', reason: 'delivered', text: `its last run came through at ${last.at}` }]
    : [];
}

function queued({ queue }: ConnectorFacts): number {
  return queue.reduce((sum, { state, count }) => (state === 'dead' ? sum : sum + count), 0);
}

function due({ queue, at }: ConnectorFacts): string {
  const first = queue.find(({ state }) => state === 'ready')?.firstDueAt;
  if (first === undefined) return '';
  return first > at.toISOString() ? `, the next one for ${first}` : `, the first one due since ${first}`;
}

function of(count: number): string {
  return count === 1 ? 'one delivery is' : `${count} deliveries are`;
}
