import { z } from 'zod';

const option = z.looseObject({ value: z.union([z.string(), z.number()]), label: z.string() });

/** A field of incidents as the service describes it. `prefix` is where custom ones are kept. */
export const field = z.looseObject({
  name: z.string(),
  input_type: z.string(),
  read_only: z.boolean(),
  text: z.string(),
  required: z.string().nullish(),
  prefix: z.string().nullish(),
  values: z.array(option).nullish(),
});

export type Field = z.output<typeof field>;

/** Refuses what is not among the options of a field that has them. */
export function ensureOptions({ name, input_type: type, values: options }: Field, value: unknown): void {
  if (!(type === 'select' || type === 'multiselect') || !options || options.length === 0) return;
  const chosen = [value].flat();
  if (chosen.every((one) => options.some((known) => known.value === one))) return;
  const accepted = options.map((known) => `${known.value} (for "${known.label}")`);
  throw new Error(
    `Invalid values provided to ${name}: ${JSON.stringify(chosen, null, 2)}. Accepted values: ${accepted}`,
  );
}

/** Custom fields may be given beside the others, or under `properties` as the service shows them. */
export function flatFields(given: Record<string, unknown>): Record<string, unknown> {
  const { properties, ...others } = given;
  const custom = typeof properties === 'object' && properties !== null ? properties : {};
  return { ...custom, ...others };
}
