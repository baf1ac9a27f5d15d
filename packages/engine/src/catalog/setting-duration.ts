import { z } from 'zod';
import { parseDuration } from '../config/index.ts';

/** What Node's timers can wait for. */
const MAX_MS = 2 ** 31 - 1;

/** A duration in the settings of a connector: kept as it was written, checked to be one. */
export const settingDuration = z.union([z.string(), z.number()]).refine(
  (value) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= 1 && ms <= MAX_MS;
  },
  { message: 'expected a duration such as 500ms, 60s or 5m' },
);

/** Milliseconds of one. */
export function milliseconds(value: string | number): number;
export function milliseconds(value: string | number | undefined): number | undefined;
export function milliseconds(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseDuration(value);
}
