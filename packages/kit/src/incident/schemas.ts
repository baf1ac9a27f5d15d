import { z } from 'zod';

/** Comments of a push, each under the id that its case gave it. */
export const incidentComments = z
  .array(
    z.strictObject({
      comment: z.string().meta({ title: 'Comment' }),
      commentId: z.string().meta({ title: 'Comment ID' }),
    }),
  )
  .nullable()
  .default(null)
  .meta({ title: 'Comments', description: 'Added to the incident one after another.' });

export interface FreeFieldsLimits {
  /** Its name in the params. */
  name: string;
  maxKeys: number;
  /** Fields that have a place of their own. */
  reserved: readonly string[];
}

/** Fields of the remote service's own choosing: an object, or JSON text of one. */
export function freeFields({ name, maxKeys, reserved }: FreeFieldsLimits) {
  return jsonRecord().superRefine((fields, context) => {
    const keys = Object.keys(fields);
    if (keys.length > maxKeys) {
      context.addIssue(`A maximum of ${maxKeys} fields in ${name} can be defined at a time.`);
    }
    for (const key of keys.filter((candidate) => reserved.includes(candidate))) {
      context.addIssue(`The following properties cannot be defined inside ${name}: ${key}.`);
    }
  });
}

/** An object, or JSON text of one: templates may build the text. */
export function jsonRecord() {
  return z.preprocess(
    (value, context) => {
      if (typeof value !== 'string') return value;
      try {
        return JSON.parse(value);
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error));
        return z.NEVER;
      }
    },
    z.record(z.string(), z.unknown()),
  );
}
