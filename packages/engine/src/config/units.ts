import { z } from 'zod';

const DURATION_UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of `90s`, `5m`, `1.5h`, a plain number of milliseconds, or ISO 8601 (`PT1M30S`); undefined for other text. */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  const simple = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)?$/.exec(value.trim());
  if (simple !== null) return Number(simple[1]) * (DURATION_UNITS[simple[2] ?? 'ms'] ?? 1);
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(value.trim());
  if (iso === null || iso.slice(1).every((part) => part === undefined)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

const BYTE_UNITS: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Bytes of `512b`, `10kb`, `1mb`, `2gb` (powers of 1024) or a plain number; undefined for other text. */
export function parseBytes(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  const match = /^(\d+)(b|kb|mb|gb)?$/i.exec(value.trim());
  return match === null ? undefined : Number(match[1]) * (BYTE_UNITS[match[2]?.toLowerCase() ?? 'b'] ?? 1);
}

export const duration = unit(parseDuration, 'expected a duration such as 500ms, 60s, 5m or 1h');
export const byteSize = unit(parseBytes, 'expected a size in bytes such as 1048576, 512kb or 1mb');

function unit(parse: (value: string | number) => number | undefined, message: string) {
  return z.union([z.string(), z.number()], { error: message }).transform((value, context) => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}
