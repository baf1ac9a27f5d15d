import { z } from 'zod';

/** One of the actions that a type names, with its params. */
export type SubActionChoice<Schemas extends Record<string, z.ZodType>> = {
  [Name in keyof Schemas & string]: { subAction: Name; subActionParams: z.output<Schemas[Name]> };
}[keyof Schemas & string];

/**
 * The params of a plain type whose run names one of several actions: unlike a type with `subActions`, what an action wants
 * is checked before the run begins. The text for a name that is not known is the reference's.
 */
export function subActionChoice<const Schemas extends Record<string, z.ZodType>>(
  schemas: Schemas,
): z.ZodType<SubActionChoice<Schemas>> {
  const choices = Object.entries(schemas).map(([name, subActionParams]) =>
    z.strictObject({ subAction: z.literal(name), subActionParams }),
  );
  return z.discriminatedUnion('subAction', choices as unknown as [z.ZodObject], {
    error: ({ code }) => (code === 'invalid_union' ? 'Invalid input' : undefined),
  }) as unknown as z.ZodType<SubActionChoice<Schemas>>;
}
