import { CASE_SEVERITIES, CASE_STATUSES } from '@patchbay/kit';
import type { StoredCase } from '../case-port.ts';
import type { Tables } from './tables.ts';

/** What a case is found by, beside what is in its row. */
export interface CaseTerm {
  kind: 'tag' | 'assignee' | 'reporter';
  value: string;
}

export function caseRow({ spaceId, version, ...theCase }: StoredCase): Tables['cases'] {
  return {
    id: theCase.id,
    space_id: spaceId,
    owner: theCase.owner,
    status: CASE_STATUSES.indexOf(theCase.status),
    severity: CASE_SEVERITIES.indexOf(theCase.severity),
    category: theCase.category === null ? null : wellFormed(theCase.category),
    title: wellFormed(theCase.title),
    title_folded: folded(theCase.title),
    description_folded: folded(theCase.description),
    reporter: JSON.stringify(theCase.createdBy),
    incremental_id: theCase.incrementalId,
    version,
    created_at: theCase.createdAt,
    updated_at: theCase.updatedAt,
    closed_at: theCase.closedAt,
    document: JSON.stringify(theCase),
  };
}

export function caseOf(
  row: Pick<Tables['cases'], 'space_id' | 'version' | 'incremental_id' | 'document'>,
): StoredCase {
  const { space_id: spaceId, version, incremental_id: incrementalId, document } = row;
  return { ...JSON.parse(document), incrementalId, spaceId, version };
}

export function caseTerms({ tags, assignees, createdBy }: StoredCase): CaseTerm[] {
  const reporters = [
    createdBy.username,
    ...(createdBy.profileUid === undefined ? [] : [createdBy.profileUid]),
  ];
  const terms: CaseTerm[] = [
    ...tags.map((value) => ({ kind: 'tag' as const, value })),
    ...assignees.map(({ uid }) => ({ kind: 'assignee' as const, value: uid })),
    ...reporters.map((value) => ({ kind: 'reporter' as const, value })),
  ];
  const known = new Map(
    terms.map(({ kind, value }) => [`${kind} ${wellFormed(value)}`, { kind, value: wellFormed(value) }]),
  );
  return [...known.values()];
}

/** As it comes back from every database. What a column holds is for finding: the document has the text as it was given. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** Without the difference of upper and lower case: databases do not agree on it outside ASCII. */
export function folded(text: string): string {
  return wellFormed(text).toLowerCase();
}
