import { CASE_OWNERS, type CaseOwner } from '@patchbay/kit';
import type { CasesOperation } from './cases-privileges.ts';
import {
  allows,
  allowsCases,
  allowsEndpointSecurity,
  type Operation,
  type PrivilegeSet,
  seesSpace,
} from './privileges.ts';

/** Who is calling. */
export interface Principal {
  username: string;
  /** The user's id in the event log. */
  profileUid: string;
  roles: string[];
  fullName: string | null;
  email: string | null;
  apiKey?: { id: string; name: string };
  /** Where somebody else knows them from; without it they are a user of ours. */
  realm?: { name: string; type: string };
  /** All of these must allow a thing: an API key has its owner's and its own. */
  privileges: PrivilegeSet[];
}

export function can(principal: Principal, operation: Operation, spaceId: string): boolean {
  return every(principal, (set) => allows(set, operation, spaceId));
}

export function canUseEndpointSecurity(principal: Principal, spaceId: string): boolean {
  return every(principal, (set) => allowsEndpointSecurity(set, spaceId));
}

export function canWithCases(
  principal: Principal,
  operation: CasesOperation,
  owner: CaseOwner,
  spaceId: string,
): boolean {
  return every(principal, (set) => allowsCases(set, operation, owner, spaceId));
}

/** Whether the principal has a privilege by the name that connector types ask for it: `cases:<owner>/<operation>`. */
export function holds(principal: Principal, privilege: string, spaceId: string): boolean {
  const [, owner, operation] = /^cases:(\w+)\/(\w+)$/.exec(privilege) ?? [];
  const known = CASE_OWNERS.find((each) => each === owner);
  // Whatever has another name is a superuser's: nothing else can have given it.
  if (known === undefined) return isSuperuser(principal);
  return canWithCases(principal, operation as CasesOperation, known, spaceId);
}

export function isSuperuser(principal: Principal): boolean {
  return every(principal, (set) => set.superuser);
}

export function canSeeSpace(principal: Principal, spaceId: string): boolean {
  return every(principal, (set) => seesSpace(set, spaceId));
}

export function canManageSpaces(principal: Principal): boolean {
  return every(principal, (set) => set.superuser || set.manageSpaces);
}

export function canManageSecurity(principal: Principal): boolean {
  return every(principal, (set) => set.superuser || set.manageSecurity);
}

function every(principal: Principal, test: (set: PrivilegeSet) => boolean): boolean {
  return principal.privileges.length > 0 && principal.privileges.every(test);
}
