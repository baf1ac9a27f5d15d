import { FEATURE_PRIVILEGES, type RoleKibana } from '@patchbay/engine/access';
import { z } from 'zod';
import type { Alternative } from '../../http/request-error.ts';

const NAME = /^[a-zA-Z0-9_-]+$/;
const NOT_A_NAME = "only a-z, A-Z, 0-9, '_', and '-' are allowed";
const SPACE_ID = /^[a-z0-9_-]+$/;
const NOT_A_SPACE = "must be lower case, a-z, 0-9, '_', and '-' are allowed";
const BASE = ['all', 'read'];

const names = z.array(z.string());

const entry = z
  .strictObject({
    spaces: names.min(1, 'expected at least one space, or "*"').default(['*']),
    base: names.nullish(),
    feature: z.record(z.string(), names).nullish(),
  })
  .transform(
    ({ spaces, base, feature }): RoleKibana => ({ spaces, base: base ?? [], feature: feature ?? {} }),
  )
  .superRefine(({ spaces, base, feature }, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });

    const alternatives = spacesProblem(spaces);
    if (alternatives !== undefined)
      context.addIssue({ code: 'custom', path: ['spaces'], params: { alternatives } });
    const where = isEverywhere(spaces) ? 'global' : 'space';
    for (const [index, name] of base.entries()) {
      if (!BASE.includes(name))
        refuse(['base', index], `unknown ${where} privilege "${name}", must be one of [${BASE}]`);
    }
    for (const [id, given] of Object.entries(feature)) {
      if (!NAME.test(id)) refuse(['feature', `key("${id}")`], NOT_A_NAME);
      for (const [index, name] of given.entries()) {
        if (!NAME.test(name)) refuse(['feature', id, index], NOT_A_NAME);
        // The reference takes it, and it gives nothing: here a mistake in a role is told to whoever makes it.
        else if (FEATURE_PRIVILEGES[id]?.includes(name) === false) {
          const known = FEATURE_PRIVILEGES[id];
          refuse(['feature', id, index], `unknown privilege "${name}", must be one of [${known}]`);
        }
      }
    }
    if (base.length === 0 && Object.values(feature).flat().length === 0)
      refuse([], 'either [base] or [feature] is expected, but none of them specified');
    if (base.length > 0 && Object.keys(feature).length > 0)
      refuse([], "definition of [feature] isn't allowed when non-empty [base] is defined.");
  });

/** A role's `kibana` part. Features other than `actions` and those of cases are kept and given back; they have no effect here. */
export const roleKibana = z.array(entry).superRefine((entries, context) => {
  const seen = new Set<string>();
  for (const space of entries.flatMap(({ spaces }) => spaces)) {
    if (seen.has(space)) {
      context.addIssue({
        code: 'custom',
        message: `more than one privilege is applied to the following spaces: [${space}]`,
      });
      return;
    }
    seen.add(space);
  }
});

const isEverywhere = (spaces: readonly string[]) => spaces.length === 1 && spaces[0] === '*';

/** `*` alone, or ids of spaces. */
function spacesProblem(spaces: readonly string[]): Alternative[] | undefined {
  const notASpace = spaces.findIndex((space) => !SPACE_ID.test(space));
  if (isEverywhere(spaces) || notASpace === -1) return undefined;
  return [
    [spaces.findIndex((space) => space !== '*'), 'expected value to equal [*]'],
    [notASpace, NOT_A_SPACE],
  ];
}

const some = names.min(1, 'array size is [0], but cannot be smaller than [1]');

const indices = z.strictObject({
  names: some,
  field_security: z.strictObject({ grant: names.optional(), except: names.optional() }).optional(),
  privileges: some,
  query: z.string().optional(),
  allow_restricted_indices: z.boolean().default(false),
});

/** A role's `elasticsearch` part: kept and given back. Of it, `all` and `manage_security` in `cluster` have an effect here. */
export const roleElasticsearch = z.strictObject({
  cluster: names.default([]),
  remote_cluster: z.array(z.strictObject({ privileges: some, clusters: some })).optional(),
  indices: z.array(indices).default([]),
  remote_indices: z.array(indices.extend({ clusters: some })).optional(),
  run_as: names.default([]),
  global: z.unknown().optional(),
});

/** What may be said of a role, beside its name. */
export const roleBody = z.strictObject({
  description: z.string().max(2048, 'Role description must be 2048 characters or less.').optional(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  elasticsearch: roleElasticsearch.nullish(),
  kibana: roleKibana.nullish(),
});

export const roleName = z.string().min(1).max(1024, 'Role name must be 1024 characters or less.');
