import { CASE_STATUSES, type CaseStatus, type CaseUser } from '@patchbay/kit';
import type { CaseQuery, CaseStore, StoredCase } from '../case-port.ts';
import { attachmentQueries } from './case-attachments.ts';
import { commitChanges } from './case-changes.ts';
import { configurationQueries } from './case-configurations.ts';
import { caseOf, wellFormed } from './case-rows.ts';
import { ruleQueries } from './case-rules.ts';
import { hasStatus, matches, SORT_COLUMNS } from './case-search.ts';
import type { Database, SqlDialect } from './dialect.ts';

const COLUMNS = ['cases.space_id', 'cases.version', 'cases.incremental_id', 'cases.document'] as const;

export function caseStore(db: Database, dialect: SqlDialect): CaseStore {
  const find = async (query: CaseQuery): Promise<StoredCase[]> => {
    const column = SORT_COLUMNS[query.sort.field];
    const rows = await db
      .selectFrom('cases')
      .select(COLUMNS)
      .where(matches(query))
      .where(hasStatus(query))
      // Those that have none come last, whichever way it goes.
      .orderBy((eb) => eb.case().when(eb.ref(column), 'is', null).then(1).else(0).end())
      .orderBy(column, query.sort.order)
      .orderBy('incremental_id', query.sort.order)
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return rows.map(caseOf);
  };

  return {
    async get(spaceId, ids) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom('cases')
        .select(COLUMNS)
        .where('space_id', '=', spaceId)
        .where('id', 'in', ids.map(wellFormed))
        .execute();
      return rows.map(caseOf);
    },

    async find(query) {
      const counted = await db
        .selectFrom('cases')
        .select(['status', (eb) => eb.fn.countAll<number>().as('count')])
        .where(matches(query))
        .groupBy('status')
        .execute();
      const counts = new Map(counted.map(({ status, count }) => [CASE_STATUSES[status], count]));
      const byStatus = Object.fromEntries(
        CASE_STATUSES.map((status) => [status, counts.get(status) ?? 0]),
      ) as Record<CaseStatus, number>;
      const { statuses = [] } = query;
      const total = (statuses.length > 0 ? statuses : CASE_STATUSES).reduce(
        (sum, status) => sum + byStatus[status],
        0,
      );
      return { cases: await find(query), total, byStatus };
    },

    commit: (spaceId, changes) => commitChanges(db, dialect, spaceId, changes),

    async delete(spaceId, ids) {
      // What belongs to them goes with them: the tables say so.
      await db
        .deleteFrom('cases')
        .where('space_id', '=', spaceId)
        .where('id', 'in', [...ids])
        .execute();
    },

    async tags(spaceId, owners) {
      const rows = await db
        .selectFrom('case_terms')
        .innerJoin('cases', 'cases.id', 'case_terms.case_id')
        .select('case_terms.value')
        .distinct()
        .where('cases.space_id', '=', spaceId)
        .where('cases.owner', 'in', [...owners])
        .where('case_terms.kind', '=', 'tag')
        .orderBy('case_terms.value')
        .execute();
      return rows.map(({ value }) => value);
    },

    async reporters(spaceId, owners) {
      const rows = await db
        .selectFrom('cases')
        .select('reporter')
        .distinct()
        .where('space_id', '=', spaceId)
        .where('owner', 'in', [...owners])
        .orderBy('reporter')
        .execute();
      const byName = new Map<string, CaseUser>();
      for (const { reporter } of rows) {
        const user: CaseUser = JSON.parse(reporter);
        byName.set(user.username, user);
      }
      return [...byName.values()];
    },

    async casesOfAlert(spaceId, alertId, owners) {
      const rows = await db
        .selectFrom('case_alerts')
        .innerJoin('cases', 'cases.id', 'case_alerts.case_id')
        .select(COLUMNS)
        .where('case_alerts.alert_id', '=', wellFormed(alertId))
        .where('cases.space_id', '=', spaceId)
        .where('cases.owner', 'in', [...owners])
        .orderBy('cases.incremental_id')
        .execute();
      return rows.map(caseOf);
    },

    ...attachmentQueries(db),
    ...configurationQueries(db),
    ...ruleQueries(db),
  };
}
