import { z } from 'zod';
import type { OperatorSettings } from '../action-context.ts';

/** What a run may say of how it is fetched. */
const fetchOptions = z
  .strictObject({
    max_content_length: z
      .number()
      .positive()
      .optional()
      .meta({ title: 'Largest answer', description: 'In bytes, in place of the configured limit.' }),
  })
  .optional()
  .meta({ title: 'Fetch options' });

export interface SpecParams {
  subAction: string;
  subActionParams: unknown;
  fetchOptions?: z.output<typeof fetchOptions>;
}

/** A run names one of the actions; what that one wants is checked before the run begins. */
export function paramsSchema(
  actions: Readonly<Record<string, { description?: string; input: z.ZodType }>>,
): z.ZodType<SpecParams> {
  const [first, ...others] = Object.entries(actions).map(([name, { description, input }]) =>
    z
      .strictObject({ subAction: z.literal(name), subActionParams: input, fetchOptions })
      .meta(description === undefined ? {} : { description }),
  );
  if (first === undefined) throw new TypeError('No actions defined');
  return z.discriminatedUnion('subAction', [first, ...others]);
}

/** Throws where params, or the answer that they ask to take, are larger than the operator lets them be. */
export function ensureWithinLimit(
  { subActionParams, fetchOptions }: SpecParams,
  { maxPayloadBytes }: Pick<OperatorSettings, 'maxPayloadBytes'>,
): void {
  const limit = `exceeds xpack.actions.maxPayloadSize (${maxPayloadBytes} bytes)`;
  const { max_content_length: asked = 0 } = fetchOptions ?? {};
  if (asked > maxPayloadBytes)
    throw new Error(`fetchOptions.max_content_length is ${asked} bytes, which ${limit}`);
  const size = Buffer.byteLength(JSON.stringify(subActionParams ?? null));
  if (size > maxPayloadBytes) throw new Error(`subActionParams is ${size} bytes, which ${limit}`);
}
