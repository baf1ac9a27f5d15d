import { z } from 'zod';

/** Pieces that the queries of cases are made of. */

/** One, or several under the same name. */
export function several<Value extends z.ZodType>(value: Value) {
  return z.preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(value)).optional();
}

/** Several, as the JSON text of a list too. */
export const ids = z.preprocess((given) => {
  if (typeof given !== 'string') return given;
  try {
    const list: unknown = JSON.parse(given);
    return Array.isArray(list) ? list : [given];
  } catch {
    return [given];
  }
}, z.array(z.string()));

const number = (fallback: string) =>
  z
    .string()
    .regex(/^-?\d{1,15}$/, 'cannot parse to a number')
    .default(fallback)
    .transform(Number);

/** Which part of a list. */
export const paging = {
  page: number('1'),
  perPage: number('20'),
  sortOrder: z.enum(['asc', 'desc']).optional(),
};
