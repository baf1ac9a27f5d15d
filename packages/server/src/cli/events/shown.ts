import { z } from 'zod';
import { table } from '../table.ts';

/** Of an event, what is shown. */
const event = z.looseObject({
  id: z.string(),
  '@timestamp': z.string(),
  event: z.looseObject({
    action: z.string(),
    outcome: z.string().optional(),
    duration: z.string().optional(),
  }),
  message: z.string(),
  error: z.looseObject({ message: z.string() }).optional(),
  kibana: z.looseObject({ action: z.looseObject({ id: z.string() }) }),
});

export type ShownEvent = z.output<typeof event>;

export const answer = z.looseObject({ cursor: z.string().nullable(), data: z.array(event) });

const NANOSECONDS_PER_MS = 1_000_000;
const WHY_WIDTH = 80;

export function tableOf(events: readonly ShownEvent[]): string[] {
  return table(['TIME', 'CONNECTOR', 'WHAT', 'MS', 'WHY'], events.map(cellsOf));
}

export function lineOf(shown: ShownEvent): string {
  return cellsOf(shown).join('  ').trimEnd();
}

function cellsOf({ event, error, kibana, ...shown }: ShownEvent): string[] {
  const ms =
    event.duration === undefined ? '' : String(Math.round(Number(event.duration) / NANOSECONDS_PER_MS));
  return [
    shown['@timestamp'],
    kibana.action.id,
    event.outcome ?? event.action,
    ms,
    onOneLine(error?.message ?? ''),
  ];
}

/** What a remote has said may be anything, also what a terminal obeys. */
function onOneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return plain.length > WHY_WIDTH ? `${plain.slice(0, WHY_WIDTH - 1)}…` : plain;
}
