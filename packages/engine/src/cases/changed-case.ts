import { isDeepStrictEqual } from 'node:util';
import type { CaseChange, CaseFields, CaseStatus } from '@patchbay/kit';
import type { StoredCase } from '../store/index.ts';
import type { Deed, Doing } from './activity.ts';

const FIELDS = [
  'title',
  'description',
  'tags',
  'connector',
  'settings',
  'assignees',
  'severity',
  'category',
  'customFields',
] as const satisfies readonly (keyof CaseFields)[];

export type ChangedField = (typeof FIELDS)[number] | 'status';

/** What of a change differs from the case as it is. */
export function changedFields(theCase: StoredCase, change: Omit<CaseChange, 'version'>): ChangedField[] {
  return [...FIELDS, 'status' as const].filter(
    (field) => change[field] !== undefined && !isDeepStrictEqual(change[field], theCase[field]),
  );
}

/** The case with these fields of a change. */
export function changedCase(
  theCase: StoredCase,
  change: Omit<CaseChange, 'version'>,
  fields: readonly ChangedField[],
  { user, at }: Doing,
): StoredCase {
  const values = Object.fromEntries(
    fields.filter((field) => field !== 'status').map((field) => [field, change[field]]),
  );
  const changed = { ...theCase, ...values, updatedAt: at, updatedBy: user };
  return fields.includes('status') && change.status !== undefined
    ? inStatus(changed, change.status, { user, at })
    : changed;
}

/** A case that is worked on again, or not worked on yet, has not been closed. */
export function inStatus(theCase: StoredCase, status: CaseStatus, { user, at }: Doing): StoredCase {
  const isClosed = status === 'closed';
  return {
    ...theCase,
    status,
    closedAt: isClosed ? at : null,
    closedBy: isClosed ? user : null,
    inProgressAt: inProgressSince(theCase, status, at),
  };
}

function inProgressSince({ inProgressAt }: StoredCase, status: CaseStatus, at: string): string | null {
  if (status === 'in-progress') return at;
  return status === 'closed' ? inProgressAt : null;
}

/** What was done to a case. Of tags and assignees it is told what came and what went. */
export function deedsOf(before: StoredCase, after: StoredCase, fields: readonly ChangedField[]): Deed[] {
  return fields.flatMap((field): Deed[] => {
    if (field !== 'tags' && field !== 'assignees') {
      return [{ type: field, action: 'update', payload: { [field]: after[field] } }];
    }
    const [came, went] = [missingIn(before[field], after[field]), missingIn(after[field], before[field])];
    return [
      ...(came.length > 0 ? [{ type: field, action: 'add' as const, payload: { [field]: came } }] : []),
      ...(went.length > 0 ? [{ type: field, action: 'delete' as const, payload: { [field]: went } }] : []),
    ];
  });
}

function missingIn(there: readonly unknown[], list: readonly unknown[]): unknown[] {
  return list.filter((each) => !there.some((other) => isDeepStrictEqual(each, other)));
}
