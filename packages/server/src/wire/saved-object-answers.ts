import { z } from 'zod';

/** The schemas of what `import-answer.ts` and `carried.ts` build. */

const ref = z.strictObject({ type: z.string(), id: z.string() });
const meta = z.strictObject({ title: z.string().optional(), icon: z.string().optional() });

const problem = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('conflict'), destinationId: z.string().optional() }),
  z.strictObject({
    type: z.literal('ambiguous_conflict'),
    destinations: z.array(z.strictObject({ id: z.string(), title: z.string(), updatedAt: z.string() })),
  }),
  z.strictObject({ type: z.literal('missing_references'), references: z.array(ref) }),
  z.strictObject({ type: z.literal('unsupported_type') }),
  z.strictObject({ type: z.literal('unknown'), message: z.string(), statusCode: z.int() }),
]);

const carried = z.strictObject({
  space_id: z.string(),
  /** The id that it had where it comes from. */
  source_id: z.string(),
  id: z.string(),
  name: z.string(),
  connector_type_id: z.string(),
  is_replaced: z.boolean(),
  is_missing_secrets: z.boolean(),
});

export const copiedAnswer = z.strictObject({ copies: z.array(carried) });

export const importedAnswer = z.strictObject({ connectors: z.array(carried) });

/** Camel case, as in the reference. While something is to be resolved nothing was made, and successes are what would be. */
export const importAnswer = z.strictObject({
  success: z.boolean(),
  successCount: z.int().min(0),
  successResults: z
    .array(
      ref.extend({
        meta,
        managed: z.boolean(),
        destinationId: z.string().optional(),
        overwrite: z.literal(true).optional(),
        createNewCopy: z.literal(true).optional(),
      }),
    )
    .optional(),
  errors: z
    .array(
      ref.extend({
        title: z.string().optional(),
        meta,
        error: problem,
        overwrite: z.literal(true).optional(),
      }),
    )
    .optional(),
  warnings: z.array(
    z.strictObject({
      type: z.literal('action_required'),
      message: z.string(),
      actionPath: z.string(),
      buttonLabel: z.string(),
    }),
  ),
});
