import type { Execution, FailureRate, Failures } from '@patchbay/engine/events';
import type { EventPlace, StoredEvent } from '@patchbay/engine/store';

export function eventAnswer({ executionUuid, action, document }: StoredEvent) {
  return { id: eventId({ executionUuid, action }), ...document };
}

/** A run has one event of each kind. */
function eventId({ executionUuid, action }: Pick<StoredEvent, 'executionUuid' | 'action'>): string {
  return `${executionUuid}:${action}`;
}

export function cursorOf({ timestamp, seq }: EventPlace): string {
  return Buffer.from(JSON.stringify([timestamp, seq])).toString('base64url');
}

/** undefined: it is none of ours. */
export function placeOf(cursor: string): EventPlace | undefined {
  try {
    const [timestamp, seq] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    return typeof timestamp === 'string' && Number.isSafeInteger(seq)
      ? { timestamp, seq: seq as number }
      : undefined;
  } catch {
    return undefined;
  }
}

export function failureRateAnswer({ runs, attempts, latency }: FailureRate) {
  return { runs: failuresAnswer(runs), attempts: failuresAnswer(attempts), latency_ms: latency ?? null };
}

function failuresAnswer({ total, failed }: Failures) {
  return { total, failed, failure_rate: total === 0 ? null : failed / total };
}

export function executionAnswer(execution: Execution) {
  return {
    id: execution.uuid,
    timestamp: execution.startedAt,
    duration_ms: execution.durationMs,
    status: execution.outcome,
    message: execution.message,
    version: execution.version,
    source: execution.source,
    schedule_delay_ms: execution.scheduleDelayMs,
    space_ids: execution.spaceIds,
    connector_name: execution.connectorName,
    connector_id: execution.connectorId,
    timed_out: execution.hasTimedOut,
  };
}
