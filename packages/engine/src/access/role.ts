import { CASES_FEATURES, CASES_PRIVILEGES, casesOfBase, casesOfFeature } from './cases-privileges.ts';
import { type Grant, type PrivilegeSet, union } from './privileges.ts';

/** A role's part in some spaces, as the API takes it: either `base`, or `feature`. */
export interface RoleKibana {
  spaces: string[];
  base: string[];
  feature: Record<string, string[]>;
}

export interface Role {
  name: string;
  description?: string;
  metadata: Record<string, unknown>;
  /** Kept and given back. Of it, `manage_security` and `all` among the cluster privileges have an effect here. */
  elasticsearch: Record<string, unknown>;
  kibana: RoleKibana[];
}

const base = (value: 'all' | 'read'): RoleKibana[] => [{ spaces: ['*'], base: [value], feature: {} }];

function reserved(name: string, description: string, kibana: RoleKibana[], cluster: string[] = []): Role {
  return {
    name,
    description,
    metadata: { _reserved: true },
    elasticsearch: { cluster, indices: [], run_as: [] },
    kibana,
  };
}

/** The privileges that a role may name, by the feature they are of. Other features have no effect here. */
export const FEATURE_PRIVILEGES: Readonly<Record<string, readonly string[]>> = {
  actions: ['all', 'read', 'minimal_all', 'minimal_read', 'endpoint_security_execute'],
  ...Object.fromEntries(CASES_FEATURES.map((feature) => [feature, CASES_PRIVILEGES])),
};

/** Roles that are always there and cannot be changed. */
export const RESERVED_ROLES: readonly Role[] = [
  reserved('superuser', 'May do everything.', base('all'), ['all']),
  reserved('kibana_admin', 'May use and change everything in every space, and manage spaces.', base('all')),
  reserved('editor', 'May use and change connectors and cases in every space.', [
    {
      spaces: ['*'],
      base: [],
      feature: {
        actions: ['all'],
        generalCasesV3: ['all'],
        observabilityCasesV3: ['all'],
        securitySolutionCasesV3: ['all'],
      },
    },
  ]),
  reserved('viewer', 'May read connectors and cases, and run connectors, in every space.', base('read')),
];

export function isReserved(name: string): boolean {
  return RESERVED_ROLES.some((role) => role.name === name);
}

export function privilegesOf(role: Role): PrivilegeSet {
  if (role.name === 'superuser') {
    return { superuser: true, manageSecurity: true, manageSpaces: true, grants: [], cases: [] };
  }
  const cluster = Array.isArray(role.elasticsearch.cluster) ? role.elasticsearch.cluster : [];
  return {
    ...union(role.kibana.map(privilegesIn)),
    manageSecurity: cluster.includes('all') || cluster.includes('manage_security'),
  };
}

function privilegesIn({ spaces, base, feature }: RoleKibana): PrivilegeSet {
  const given = new Set([...base, ...(feature.actions ?? [])]);
  const level = given.has('all') || given.has('minimal_all') ? 'all' : 'read';
  const grant: Grant = {
    spaces,
    actions: level,
    endpointSecurity: given.has('all') || given.has('endpoint_security_execute'),
  };
  const grants = ['all', 'minimal_all', 'read', 'minimal_read'].some((name) => given.has(name))
    ? [grant]
    : [];
  return {
    superuser: false,
    manageSecurity: false,
    manageSpaces: spaces.includes('*') && base.includes('all'),
    grants,
    cases: [
      ...casesOfBase(spaces, base),
      ...Object.entries(feature).flatMap(([name, given]) => casesOfFeature(spaces, name, given)),
    ],
  };
}
