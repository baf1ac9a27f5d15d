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

/** Privileges of the feature `actions` that a role may name. */
export const ACTIONS_PRIVILEGES = ['all', 'read', 'minimal_all', 'minimal_read', 'endpoint_security_execute'];

/** Roles that are always there and cannot be changed. */
export const RESERVED_ROLES: readonly Role[] = [
  reserved('superuser', 'May do everything.', base('all'), ['all']),
  reserved('kibana_admin', 'May use and change everything in every space, and manage spaces.', base('all')),
  reserved('editor', 'May use and change connectors in every space.', [
    { spaces: ['*'], base: [], feature: { actions: ['all'] } },
  ]),
  reserved('viewer', 'May read and run connectors in every space.', base('read')),
];

export function isReserved(name: string): boolean {
  return RESERVED_ROLES.some((role) => role.name === name);
}

export function privilegesOf(role: Role): PrivilegeSet {
  if (role.name === 'superuser') {
    return { superuser: true, manageSecurity: true, manageSpaces: true, grants: [] };
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
  };
}
