import { CASE_SEVERITIES, CASE_STATUSES } from '@patchbay/kit';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { CaseQuery, CaseSearch, CaseSortField } from '../case-port.ts';
import { folded, wellFormed } from './case-rows.ts';
import type { Tables } from './tables.ts';

type Where = (eb: ExpressionBuilder<Tables, 'cases'>) => Expression<SqlBool>;

export const SORT_COLUMNS = {
  title: 'title',
  category: 'category',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  closedAt: 'closed_at',
  status: 'status',
  severity: 'severity',
} as const satisfies Record<CaseSortField, keyof Tables['cases']>;

/** All of a query but the statuses. */
export function matches(query: CaseQuery): Where {
  return (eb) => {
    const conditions: Expression<SqlBool>[] = [
      eb('cases.space_id', '=', query.spaceId),
      eb('cases.owner', 'in', [...query.owners]),
    ];
    const { severities = [], categories = [], tags = [], reporters = [], assignees = [] } = query;
    if (severities.length > 0) {
      const places = severities.map((severity) => CASE_SEVERITIES.indexOf(severity));
      conditions.push(eb('cases.severity', 'in', places));
    }
    if (categories.length > 0) conditions.push(eb('cases.category', 'in', categories.map(wellFormed)));
    if (tags.length > 0) conditions.push(hasTerm(eb, 'tag', tags));
    if (reporters.length > 0) conditions.push(hasTerm(eb, 'reporter', reporters));
    if (assignees.length > 0) conditions.push(isAssigned(eb, assignees));
    if (query.createdFrom !== undefined) conditions.push(eb('cases.created_at', '>=', query.createdFrom));
    if (query.createdTo !== undefined) conditions.push(eb('cases.created_at', '<=', query.createdTo));
    if (query.search !== undefined) conditions.push(contains(eb, query.search));
    return eb.and(conditions);
  };
}

export function hasStatus({ statuses = [] }: CaseQuery): Where {
  const places = statuses.map((status) => CASE_STATUSES.indexOf(status));
  return (eb) => (places.length === 0 ? eb.lit(true) : eb('cases.status', 'in', places));
}

function hasTerm(eb: ExpressionBuilder<Tables, 'cases'>, kind: string, values: readonly string[]) {
  return eb.exists(
    eb
      .selectFrom('case_terms')
      .select('case_terms.case_id')
      .whereRef('case_terms.case_id', '=', 'cases.id')
      .where('case_terms.kind', '=', kind)
      .where('case_terms.value', 'in', values.map(wellFormed)),
  );
}

function isAssigned(eb: ExpressionBuilder<Tables, 'cases'>, assignees: readonly (string | null)[]) {
  const uids = assignees.filter((uid) => uid !== null);
  const anybody = eb.exists(
    eb
      .selectFrom('case_terms')
      .select('case_terms.case_id')
      .whereRef('case_terms.case_id', '=', 'cases.id')
      .where('case_terms.kind', '=', 'assignee'),
  );
  return eb.or([
    ...(uids.length > 0 ? [hasTerm(eb, 'assignee', uids)] : []),
    ...(uids.length < assignees.length ? [eb.not(anybody)] : []),
  ]);
}

function contains(eb: ExpressionBuilder<Tables, 'cases'>, { words, needsAll, fields }: CaseSearch) {
  const each = words.map((word) =>
    eb.or(
      fields.map((field) => {
        if (field === 'incrementalId') {
          // Not a number: no case has it.
          return eb('cases.incremental_id', '=', /^\d{1,9}$/.test(word) ? Number(word) : -1);
        }
        const column = eb.ref(`cases.${field}_folded`);
        return sql<SqlBool>`${column} like ${`%${escaped(folded(word))}%`} escape '!'`;
      }),
    ),
  );
  return needsAll ? eb.and(each) : eb.or(each);
}

function escaped(text: string): string {
  return text.replaceAll(/[!%_]/g, '!$&');
}
