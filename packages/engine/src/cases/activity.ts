import { randomUUID } from 'node:crypto';
import type { CaseUser } from '@patchbay/kit';
import type { CaseActivity, StoredCase } from '../store/index.ts';

/** One thing that was done, before it is known by whom and when. */
export type Deed = Pick<CaseActivity, 'type' | 'action' | 'payload'> & { commentId?: string };

export interface Doing {
  user: CaseUser;
  /** ISO 8601. */
  at: string;
}

/** In the order in which they are told. */
export function activityOf(
  { id: caseId, owner }: Pick<StoredCase, 'id' | 'owner'>,
  deeds: readonly Deed[],
  { user, at }: Doing,
): CaseActivity[] {
  return deeds.map(({ commentId = null, ...deed }, ordinal) => ({
    id: randomUUID(),
    caseId,
    ordinal,
    owner,
    ...deed,
    commentId,
    createdAt: at,
    createdBy: user,
  }));
}
