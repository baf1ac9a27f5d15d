import { z } from 'zod';

/** Pieces that request schemas are made of, with the reference's rules and texts. */

/** Also of a string of blanks, which the reference does not show. */
const BLANK = "value '' is not valid";

/** A string that is not blank. */
export const text = z.string().refine((value) => value.trim() !== '', { message: BLANK });

/**
 * A map of any values, none of which is or holds a blank string; the path then names the map's own key. A map
 * written as JSON text is taken, as the reference does.
 */
export function map() {
  return z.preprocess(parseText, z.record(z.string(), z.unknown().refine(holdsNoBlank, { message: BLANK })));
}

/** As `map`, whatever the values. */
export function anyMap() {
  return z.preprocess(parseText, z.record(z.string(), z.unknown()));
}

function parseText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function holdsNoBlank(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(holdsNoBlank);
}
