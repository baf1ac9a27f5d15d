import { CASE_OWNERS, type CaseOwner } from '@patchbay/kit';

const READS = ['getCase', 'findConfigurations'] as const;
const WRITES = ['createCase', 'updateCase', 'pushCase', 'updateComment'] as const;

/** What sub-privileges give, by their names in a role. */
const SUB_PRIVILEGES = {
  create_comment: ['createComment'],
  case_reopen: ['reopenCase'],
  cases_assign: ['assignCase'],
  cases_delete: ['deleteCase', 'deleteComment'],
  cases_settings: ['createConfiguration', 'updateConfiguration'],
} as const;

type SubPrivilege = keyof typeof SUB_PRIVILEGES;

/** What may be done with the cases of an owner. */
export type CasesOperation =
  | (typeof READS)[number]
  | (typeof WRITES)[number]
  | (typeof SUB_PRIVILEGES)[SubPrivilege][number];

/** What a role gives in some spaces for the cases of one owner. */
export interface CasesGrant {
  spaces: string[];
  owner: CaseOwner;
  operations: CasesOperation[];
}

const SUB_NAMES = Object.keys(SUB_PRIVILEGES) as SubPrivilege[];
const EVERYTHING: CasesOperation[] = [...READS, ...WRITES, ...Object.values(SUB_PRIVILEGES).flat()];

export const CASES_OPERATIONS: readonly CasesOperation[] = EVERYTHING;

/** What `minimal_all` of a feature has by itself: each version of the features took something out. */
const WITHIN_MINIMAL: Record<string, readonly SubPrivilege[]> = {
  '': ['create_comment', 'case_reopen', 'cases_assign'],
  V2: ['cases_assign'],
  V3: [],
};

const FEATURES: Record<CaseOwner, string> = {
  cases: 'generalCases',
  observability: 'observabilityCases',
  securitySolution: 'securitySolutionCases',
};

/** Of each feature that a role may name, which owner's cases and which version. */
const BY_FEATURE = new Map(
  CASE_OWNERS.flatMap((owner) =>
    Object.keys(WITHIN_MINIMAL).map((version) => [`${FEATURES[owner]}${version}`, { owner, version }]),
  ),
);

/** The features of cases, as roles name them. */
export const CASES_FEATURES: readonly string[] = [...BY_FEATURE.keys()];

/** Privileges of these features that a role may name. */
export const CASES_PRIVILEGES: readonly string[] = [
  'all',
  'read',
  'minimal_all',
  'minimal_read',
  ...SUB_NAMES,
];

/** The cases of all owners, for a role's `base`. */
export function casesOfBase(spaces: string[], base: readonly string[]): CasesGrant[] {
  if (base.length === 0) return [];
  const operations: CasesOperation[] = base.includes('all') ? EVERYTHING : [...READS];
  return CASE_OWNERS.map((owner) => ({ spaces, owner, operations }));
}

export function casesOfFeature(spaces: string[], feature: string, names: readonly string[]): CasesGrant[] {
  const known = BY_FEATURE.get(feature);
  if (known === undefined) return [];
  const operations = operationsOf(known.version, names);
  return operations.length === 0 ? [] : [{ spaces, owner: known.owner, operations }];
}

/** Sub-privileges come with one of the feature's own, which they add to. */
function operationsOf(version: string, names: readonly string[]): CasesOperation[] {
  if (names.includes('all')) return EVERYTHING;
  const isMinimalAll = names.includes('minimal_all');
  if (!isMinimalAll && !names.includes('read') && !names.includes('minimal_read')) return [];
  const subs = new Set([
    ...SUB_NAMES.filter((name) => names.includes(name)),
    ...(isMinimalAll ? (WITHIN_MINIMAL[version] ?? []) : []),
  ]);
  return [...READS, ...(isMinimalAll ? WRITES : []), ...[...subs].flatMap((name) => SUB_PRIVILEGES[name])];
}

/** A role's features, former versions of those of cases replaced by what is the same in the present one. */
export function withoutDeprecated(feature: Record<string, string[]>): Record<string, string[]> {
  const replaced: Record<string, string[]> = {};
  for (const [name, given] of Object.entries(feature)) {
    const known = BY_FEATURE.get(name);
    const present = known === undefined ? name : `${FEATURES[known.owner]}V3`;
    const added = given.includes('minimal_all') ? (WITHIN_MINIMAL[known?.version ?? 'V3'] ?? []) : [];
    replaced[present] = [...new Set([...(replaced[present] ?? []), ...given, ...added])];
  }
  return replaced;
}
