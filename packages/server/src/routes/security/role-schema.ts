import { FEATURE_PRIVILEGES, type RoleKibana } from '@patchbay/engine/access';
import { z } from 'zod';

const privileges = z.array(z.string());

const entry = z
  .strictObject({
    spaces: privileges
      .min(1, 'expected at least one space, or "*"')
      .refine((spaces) => spaces.length === 1 || !spaces.includes('*'), {
        message: 'expected space ids, or "*" alone',
      })
      .default(['*']),
    base: z
      .array(
        z.enum(['all', 'read'], {
          error: ({ input }) => `unknown base privilege "${input}", must be one of [all,read]`,
        }),
      )
      .nullish(),
    feature: z.record(z.string(), privileges).nullish(),
  })
  .transform(
    ({ spaces, base, feature }): RoleKibana => ({ spaces, base: base ?? [], feature: feature ?? {} }),
  )
  .superRefine(({ base, feature }, context) => {
    if (base.length > 0 && Object.keys(feature).length > 0) {
      context.addIssue({
        code: 'custom',
        message: "definition of [feature] isn't allowed when non-empty [base] is defined.",
      });
    }
    for (const [id, known] of Object.entries(FEATURE_PRIVILEGES)) {
      for (const [index, name] of (feature[id] ?? []).entries()) {
        if (known.includes(name)) continue;
        context.addIssue({
          code: 'custom',
          path: ['feature', id, index],
          message: `unknown privilege "${name}", must be one of [${known}]`,
        });
      }
    }
  });

/** A role's `kibana` part. Features other than `actions` and those of cases are kept and given back; they have no effect here. */
export const roleKibana = z.array(entry);
