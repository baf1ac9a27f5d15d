import type { ActivityQuery, AttachmentQuery, CaseStore } from '../case-port.ts';
import { wellFormed } from './case-rows.ts';
import type { Database } from './dialect.ts';

/** What belongs to a case: attachments, their alerts, and what was done. */
export function attachmentQueries(
  db: Database,
): Pick<CaseStore, 'attachments' | 'getAttachments' | 'alerts' | 'attachedAlerts' | 'activity'> {
  return {
    async attachments(query) {
      const { documents, total } = await page(db, 'case_attachments', query);
      return { attachments: documents.map((each) => JSON.parse(each)), total };
    },

    async getAttachments(caseId, ids) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom('case_attachments')
        .select('document')
        .where('case_id', '=', caseId)
        .where('id', 'in', ids.map(wellFormed))
        .orderBy('created_at')
        .orderBy('ordinal')
        .execute();
      return rows.map(({ document }) => JSON.parse(document));
    },

    async alerts(caseId) {
      const rows = await db
        .selectFrom('case_alerts')
        .select(['alert_id', 'alert_index', 'attached_at'])
        .where('case_id', '=', caseId)
        .orderBy('attached_at')
        .orderBy('alert_id')
        .execute();
      return rows.map((row) => ({ id: row.alert_id, index: row.alert_index, attachedAt: row.attached_at }));
    },

    async attachedAlerts(caseId, alertIds) {
      if (alertIds.length === 0) return new Set();
      const byColumn = new Map(alertIds.map((id) => [wellFormed(id), id]));
      const rows = await db
        .selectFrom('case_alerts')
        .select('alert_id')
        .where('case_id', '=', caseId)
        .where('alert_id', 'in', [...byColumn.keys()])
        .execute();
      return new Set(rows.map(({ alert_id }) => byColumn.get(alert_id) ?? alert_id));
    },

    async activity(query) {
      const { documents, total } = await page(db, 'case_activity', query);
      return { activity: documents.map((each) => JSON.parse(each)), total };
    },
  };
}

async function page(
  db: Database,
  table: 'case_attachments' | 'case_activity',
  { caseId, types = [], order = 'asc', offset = 0, limit }: AttachmentQuery | ActivityQuery,
): Promise<{ documents: string[]; total: number }> {
  let matching = db.selectFrom(table).where('case_id', '=', caseId);
  if (types.length > 0) matching = matching.where('type', 'in', [...types]);
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const sorted = matching
    .select('document')
    .orderBy('created_at', order)
    .orderBy('ordinal', order)
    .orderBy('id', order);
  const rows = await (limit === undefined ? sorted : sorted.limit(limit).offset(offset)).execute();
  return { documents: rows.map(({ document }) => document), total };
}
