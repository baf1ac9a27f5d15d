import type { Case, CaseOwner, CaseSeverity, CaseStatus } from '@patchbay/kit';
import type { CaseSearch, CaseSortField, FoundCases } from '../store/index.ts';
import { ownersFor } from './authorization.ts';
import { caseOf } from './case-calls.ts';
import { doing } from './cases-error.ts';
import type { Desk } from './desk.ts';
import { ensureCount, LIMITS, offsetOf, refuse } from './limits.ts';
import { momentIn } from './moment-in.ts';

/** Each list: any of these; empty: any at all. */
export interface Find {
  owners: CaseOwner[];
  tags: string[];
  statuses: CaseStatus[];
  severities: CaseSeverity[];
  /** Profile uids; `none`: nobody. */
  assignees: string[];
  /** Usernames or profile uids. */
  reporters: string[];
  categories: string[];
  search?: string | undefined;
  searchFields: CaseSearch['fields'];
  defaultSearchOperator: 'AND' | 'OR';
  /** ISO 8601, or `now`, with a span before or after it. */
  from?: string | undefined;
  to?: string | undefined;
  sortField: CaseSortField;
  sortOrder: 'asc' | 'desc';
  page: number;
  perPage: number;
}

export type Found = Omit<FoundCases, 'cases'> & { cases: Case[] };

const LISTS = {
  owner: 'owners',
  status: 'statuses',
  severity: 'severities',
  tags: 'tags',
  assignees: 'assignees',
  reporters: 'reporters',
  category: 'categories',
} as const;

export function findCases(desk: Desk, given: Find): Promise<Found> {
  return doing('Failed to find cases', async () => {
    for (const [field, list] of Object.entries(LISTS)) ensureCount(field, given[list], LIMITS.inQuery);
    const { cases, ...rest } = await desk.store.find({
      spaceId: desk.spaceId,
      owners: ownersFor(desk, 'getCase', given.owners),
      statuses: given.statuses,
      severities: given.severities,
      tags: given.tags,
      categories: given.categories,
      reporters: given.reporters,
      assignees: given.assignees.map((uid) => (uid === 'none' ? null : uid)),
      createdFrom: moment(given.from, desk.now()),
      createdTo: moment(given.to, desk.now()),
      search: searchOf(given),
      sort: { field: given.sortField, order: given.sortOrder },
      offset: offsetOf(given),
      limit: given.perPage,
    });
    return { cases: cases.map(caseOf), ...rest };
  });
}

function moment(text: string | undefined, now: Date): string | undefined {
  if (text === undefined) return undefined;
  return momentIn(text, now)?.toISOString() ?? refuse('Invalid "from" and/or "to" query parameters');
}

function searchOf({ search = '', searchFields, defaultSearchOperator }: Find): CaseSearch | undefined {
  const words = search.split(/[\s*]+/).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  ensureCount('search', words, LIMITS.inQuery);
  return { words, needsAll: defaultSearchOperator === 'AND', fields: searchFields };
}
