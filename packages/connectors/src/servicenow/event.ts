import { momentOf } from '@patchbay/kit';

/** An event for event management (table `em_event`). */
export type Event = Record<string, string | null>;

/** The record that is sent: what is null is left out. */
export function toRecord(event: Event): Record<string, string> {
  const record = { ...event, time_of_event: gmtTime(event.time_of_event ?? '') };
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** `YYYY-MM-DD HH:MM:SS` in GMT; null of a text that names no moment. */
function gmtTime(text: string): string | null {
  const moment = momentOf(text);
  if (moment === undefined || Number.isNaN(moment.getTime())) return null;
  return moment
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '');
}
