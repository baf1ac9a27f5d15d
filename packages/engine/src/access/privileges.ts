import type { CaseOwner } from '@patchbay/kit';
import type { CasesGrant, CasesOperation } from './cases-privileges.ts';

/** What may be done with connectors. `execute` comes with reading, as in the reference. */
export type Operation = 'get' | 'find' | 'execute' | 'create' | 'update' | 'delete';

/** What a role gives in some spaces for the feature `actions`. */
export interface Grant {
  /** Space ids, or `*` alone. */
  spaces: string[];
  actions: 'read' | 'all';
  /** The sub-feature `endpoint_security_execute`. */
  endpointSecurity: boolean;
}

/** Everything that a role, or several together, allow. Plain data: an API key keeps a copy. */
export interface PrivilegeSet {
  superuser: boolean;
  /** Users, roles and other people's API keys. */
  manageSecurity: boolean;
  manageSpaces: boolean;
  grants: Grant[];
  cases: CasesGrant[];
}

export const NO_PRIVILEGES: PrivilegeSet = {
  superuser: false,
  manageSecurity: false,
  manageSpaces: false,
  grants: [],
  cases: [],
};

export function union(sets: readonly PrivilegeSet[]): PrivilegeSet {
  return {
    superuser: sets.some((set) => set.superuser),
    manageSecurity: sets.some((set) => set.manageSecurity),
    manageSpaces: sets.some((set) => set.manageSpaces),
    grants: sets.flatMap((set) => set.grants),
    cases: sets.flatMap((set) => set.cases),
  };
}

/** Whether it allows nothing at all. */
export function isEmpty(set: PrivilegeSet): boolean {
  return (
    !(set.superuser || set.manageSecurity || set.manageSpaces) &&
    set.grants.length === 0 &&
    set.cases.length === 0
  );
}

export function allows(set: PrivilegeSet, operation: Operation, spaceId: string): boolean {
  const writes = operation === 'create' || operation === 'update' || operation === 'delete';
  return (
    set.superuser ||
    set.grants.some((grant) => covers(grant, spaceId) && (grant.actions === 'all' || !writes))
  );
}

export function allowsEndpointSecurity(set: PrivilegeSet, spaceId: string): boolean {
  return set.superuser || set.grants.some((grant) => covers(grant, spaceId) && grant.endpointSecurity);
}

export function allowsCases(
  set: PrivilegeSet,
  operation: CasesOperation,
  owner: CaseOwner,
  spaceId: string,
): boolean {
  return (
    set.superuser ||
    set.cases.some(
      (grant) => grant.owner === owner && grant.operations.includes(operation) && covers(grant, spaceId),
    )
  );
}

/** Whether a space is to be shown to its caller. */
export function seesSpace(set: PrivilegeSet, spaceId: string): boolean {
  return (
    set.superuser || set.manageSpaces || [...set.grants, ...set.cases].some((grant) => covers(grant, spaceId))
  );
}

function covers(grant: { spaces: string[] }, spaceId: string): boolean {
  return grant.spaces.includes('*') || grant.spaces.includes(spaceId);
}
