import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const ROUTING_KEY = '0123456789abcdef0123456789abcdef';

/** https://developer.pagerduty.com/docs/events-api-v2-overview: the size of an event. */
const EVENT_MAX_BYTES = 512 * 1024;
const SEVERITIES = ['critical', 'error', 'warning', 'info'];

export const accepted = (dedupKey: unknown): StandInAnswer => ({
  status: 202,
  body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: dedupKey ?? 'made-up' }),
});

const invalid = (...errors: string[]): StandInAnswer => ({
  status: 400,
  body: JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors }),
});

/** Plays the Events API v2. `limit`: events that it takes before it answers 429. */
export function eventsApi({ limit = Number.POSITIVE_INFINITY }: { limit?: number } = {}) {
  let taken = 0;
  return standIn((request) => {
    const refusal = refuse(request);
    if (refusal !== undefined) return refusal;
    if (++taken > limit) return { status: 429, headers: { 'retry-after': '60' } };
    return accepted(JSON.parse(request.body).dedup_key);
  });
}

function refuse({ method, url, headers, body }: ReceivedRequest): StandInAnswer | undefined {
  if (url !== '/v2/enqueue') return { status: 404 };
  if (method !== 'POST') return { status: 405 };
  if (headers['content-type'] !== 'application/json') return { status: 415 };
  if (Buffer.byteLength(body) > EVENT_MAX_BYTES) return { status: 413 };
  if (headers['x-routing-key']?.length !== 32) {
    return invalid("Length of 'routing_key' is incorrect (should be 32 characters)");
  }
  if (headers['x-routing-key'] !== ROUTING_KEY) return invalid('Invalid routing key');
  const errors = [...problemsOf(JSON.parse(body))];
  return errors.length > 0 ? invalid(...errors) : undefined;
}

function* problemsOf(event: Record<string, unknown>): Iterable<string> {
  const { event_action: action, dedup_key: dedupKey, payload } = event;
  if (typeof dedupKey === 'string' && dedupKey.length > 255) yield "'dedup_key' is too long";
  if (action === 'acknowledge' || action === 'resolve') {
    if (!dedupKey) yield "'dedup_key' is missing or blank";
    return;
  }
  if (action !== 'trigger') yield "'event_action' is invalid";
  const { summary, source, severity, timestamp } = (payload ?? {}) as Record<string, unknown>;
  if (typeof summary !== 'string' || summary === '') yield "'payload.summary' is missing or blank";
  else if (summary.length > 1024) yield "'payload.summary' is too long";
  if (typeof source !== 'string' || source === '') yield "'payload.source' is missing or blank";
  if (!SEVERITIES.includes(severity as string)) yield "'payload.severity' is invalid";
  if (timestamp !== undefined && !/^\d{4}-.*Z$/.test(String(timestamp)))
    yield "'payload.timestamp' is invalid";
}
