import type { EventRecord } from '../store/index.ts';
import type { RunEnd } from './connector-answer.ts';

/** What an `execute` document says of a run. */
export function runEnd({ timestamp, executionUuid, outcome, document }: EventRecord): RunEnd {
  const { error } = document as { error?: { message?: string } };
  return { at: timestamp, executionUuid, isOk: outcome === 'success', reason: error?.message ?? null };
}
