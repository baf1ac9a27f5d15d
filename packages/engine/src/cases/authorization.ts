import { CASE_OWNERS, type CaseOwner } from '@patchbay/kit';
import { type CasesOperation, canWithCases, type Principal } from '../access/index.ts';
import { CasesError } from './cases-error.ts';

const WORDS: Record<CasesOperation, string> = {
  getCase: 'access case',
  createCase: 'create case',
  updateCase: 'update case',
  deleteCase: 'delete case',
  pushCase: 'push case',
  reopenCase: 'reopen case',
  assignCase: 'assign case',
  createComment: 'create comments',
  updateComment: 'update comments',
  deleteComment: 'delete comments',
  findConfigurations: 'find case configurations',
  createConfiguration: 'create case configuration',
  updateConfiguration: 'update case configuration',
};

/** Who asks, and in which space. */
export interface Asking {
  caller: Principal;
  spaceId: string;
}

export function ensureMay(
  { caller, spaceId }: Asking,
  operation: CasesOperation,
  owners: Iterable<CaseOwner>,
): void {
  const refused = [...new Set(owners)].filter((owner) => !canWithCases(caller, operation, owner, spaceId));
  if (refused.length === 0) return;
  throw new CasesError(403, `Unauthorized to ${WORDS[operation]} with owners: "${refused.join(', ')}"`);
}

/** Of these owners (none given: of all) the ones whose cases the caller may do this with; 403 where there is none. */
export function ownersFor(
  { caller, spaceId }: Asking,
  operation: CasesOperation,
  asked: readonly CaseOwner[] = [],
): CaseOwner[] {
  const among = asked.length > 0 ? asked : CASE_OWNERS;
  const owners = among.filter((owner) => canWithCases(caller, operation, owner, spaceId));
  if (owners.length > 0) return owners;
  throw new CasesError(403, `Unauthorized to ${WORDS[operation]} of any owner`);
}
