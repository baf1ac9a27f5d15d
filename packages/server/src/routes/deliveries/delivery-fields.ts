import { z } from 'zod';

const KEY_MAX = 512;

/** An order key or an idempotency key: the caller's own words, as they stand. */
export const key = z.string().min(1).max(KEY_MAX);

/** With an offset, or in UTC. */
export const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
