import type { NewAttachment } from '@patchbay/kit';
import type { CaseActivity, CaseChanges, StoredAttachment, StoredCase } from '../case-port.ts';
import { caseRow, caseTerms, wellFormed } from './case-rows.ts';
import type { Database, SqlDialect } from './dialect.ts';
import type { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

/** Takes what was done so far back. */
class Lost extends Error {
  override readonly name = 'Lost';
  readonly ids: readonly string[];

  constructor(ids: readonly string[]) {
    super('taken or changed');
    this.ids = ids;
  }
}

export async function commitChanges(
  db: Database,
  dialect: SqlDialect,
  spaceId: string,
  { create = [], update = [], attach = [], updateAttachments = [], detach = [], activity = [] }: CaseChanges,
): Promise<readonly string[] | undefined> {
  try {
    await inTransaction(db, dialect, async (trx) => {
      await createCases(trx, spaceId, create);
      await updateCases(trx, update);
      await removeAttachments(trx, detach);
      await addAttachments(trx, attach);
      await replaceAttachments(trx, updateAttachments);
      await addActivity(trx, activity);
    });
    return undefined;
  } catch (error) {
    if (error instanceof Lost) return error.ids;
    throw error;
  }
}

async function createCases(trx: Database, spaceId: string, cases: readonly StoredCase[]): Promise<void> {
  if (cases.length === 0) return;
  const taken: string[] = [];
  const last = await advanceCounter(trx, spaceId, cases.length);
  for (const [index, theCase] of cases.entries()) {
    const numbered = { ...theCase, incrementalId: last - cases.length + index + 1 };
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('cases')
      .values(caseRow(numbered))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 1n) await addTerms(trx, numbered);
    else taken.push(theCase.id);
  }
  if (taken.length > 0) throw new Lost(taken);
}

/** The number of the last of `count` new cases. */
async function advanceCounter(trx: Database, spaceId: string, count: number): Promise<number> {
  const { last } = await trx
    .insertInto('case_counters')
    .values({ space_id: spaceId, last: count })
    .onConflict((conflict) =>
      conflict.column('space_id').doUpdateSet((eb) => ({ last: eb('case_counters.last', '+', count) })),
    )
    .returning('last')
    .executeTakeFirstOrThrow();
  return last;
}

async function updateCases(trx: Database, cases: readonly StoredCase[]): Promise<void> {
  const changed: string[] = [];
  for (const theCase of cases) {
    const { numUpdatedRows } = await trx
      .updateTable('cases')
      .set(caseRow({ ...theCase, version: theCase.version + 1 }))
      .where('id', '=', theCase.id)
      .where('space_id', '=', theCase.spaceId)
      .where('version', '=', theCase.version)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) {
      changed.push(theCase.id);
      continue;
    }
    await trx.deleteFrom('case_terms').where('case_id', '=', theCase.id).execute();
    await addTerms(trx, theCase);
  }
  if (changed.length > 0) throw new Lost(changed);
}

async function addTerms(trx: Database, theCase: StoredCase): Promise<void> {
  const terms = caseTerms(theCase).map(({ kind, value }) => ({ case_id: theCase.id, kind, value }));
  await trx.insertInto('case_terms').values(terms).execute();
}

async function removeAttachments(trx: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await trx
    .deleteFrom('case_attachments')
    .where('id', 'in', [...ids])
    .execute();
}

async function addAttachments(trx: Database, attachments: readonly StoredAttachment[]): Promise<void> {
  for (const stored of attachments) {
    await trx.insertInto('case_attachments').values(attachmentRow(stored)).execute();
    const alerts = alertsIn(stored.attachment);
    if (alerts.length === 0) continue;
    const rows = alerts.map(({ id, index }) => ({
      case_id: stored.caseId,
      alert_id: wellFormed(id),
      alert_index: wellFormed(index),
      attachment_id: stored.id,
      attached_at: stored.createdAt,
    }));
    await trx
      .insertInto('case_alerts')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function replaceAttachments(trx: Database, attachments: readonly StoredAttachment[]): Promise<void> {
  const changed: string[] = [];
  for (const stored of attachments) {
    const { numUpdatedRows } = await trx
      .updateTable('case_attachments')
      .set(attachmentRow({ ...stored, version: stored.version + 1 }))
      .where('id', '=', stored.id)
      .where('version', '=', stored.version)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) changed.push(stored.id);
  }
  if (changed.length > 0) throw new Lost(changed);
}

async function addActivity(trx: Database, activity: readonly CaseActivity[]): Promise<void> {
  if (activity.length === 0) return;
  const rows = activity.map((each) => ({
    id: each.id,
    case_id: each.caseId,
    type: each.type,
    ordinal: each.ordinal,
    created_at: each.createdAt,
    document: JSON.stringify(each),
  }));
  await trx.insertInto('case_activity').values(rows).execute();
}

function attachmentRow(stored: StoredAttachment): Tables['case_attachments'] {
  return {
    id: stored.id,
    case_id: stored.caseId,
    type: stored.attachment.type,
    ordinal: stored.ordinal,
    version: stored.version,
    created_at: stored.createdAt,
    document: JSON.stringify(stored),
  };
}

function alertsIn(attachment: NewAttachment): { id: string; index: string }[] {
  if (attachment.type !== 'alert') return [];
  const indices = [attachment.index].flat();
  return [attachment.alertId].flat().map((id, place) => ({ id, index: indices[place] ?? '' }));
}
