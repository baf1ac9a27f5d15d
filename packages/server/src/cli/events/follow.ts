import { setTimeout as rest } from 'node:timers/promises';
import type { ShownEvent } from './shown.ts';

export interface Following {
  /** The events from a time on, the oldest first, behind a cursor where there is one. */
  ask(range: { from: string; cursor?: string }): Promise<{ cursor: string | null; data: ShownEvent[] }>;
  onEvent(event: ShownEvent): void;
  /** A date or date math. */
  from: string;
  signal: AbortSignal;
  everyMs?: number;
}

const EVERY_MS = 2000;

/** So far back it looks each time: what happened earlier may be written later, by another process or at the end of an attempt. */
const OVERLAP_MS = 60_000;

/** Tells of each event once, until it is stopped. */
export async function followEvents({
  ask,
  onEvent,
  from,
  signal,
  everyMs = EVERY_MS,
}: Following): Promise<void> {
  /** Of those that it may come upon again, when they were. */
  const told = new Map<string, number>();
  let since = from;
  let newest = 0;
  while (!signal.aborted) {
    let cursor: string | undefined;
    do {
      const page = await ask({ from: since, ...(cursor !== undefined && { cursor }) });
      for (const event of page.data) {
        const at = Date.parse(event['@timestamp']);
        newest = Math.max(newest, at);
        if (!told.has(event.id)) onEvent(event);
        told.set(event.id, at);
      }
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    const overlap = newest - OVERLAP_MS;
    // Never before what was asked for first.
    if (newest > 0 && (Number.isNaN(Date.parse(from)) || overlap > Date.parse(from)))
      since = new Date(overlap).toISOString();
    for (const [id, at] of told) if (at < overlap) told.delete(id);
    await rest(everyMs, undefined, { signal }).catch(() => {});
  }
}
