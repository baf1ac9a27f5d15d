import type { CaseChange } from '@patchbay/kit';
import type { StoredCase } from '../store/index.ts';
import { activityOf } from './activity.ts';
import { ensureMay } from './authorization.ts';
import { checkFields, trimmed } from './case-checks.ts';
import { CasesError } from './cases-error.ts';
import { type ChangedField, changedCase, changedFields, deedsOf } from './changed-case.ts';
import { completed } from './custom-fields.ts';
import { canAssign, configuredFields, type Desk, doingOf } from './desk.ts';
import { ensureCount, LIMITS } from './limits.ts';
import { versionOf } from './version.ts';

/** A change as a client asks for it: an owner is refused, whatever it is. */
export type AskedChange = CaseChange & { owner?: string | undefined };

interface Planned {
  theCase: StoredCase;
  change: CaseChange;
  fields: ChangedField[];
}

/** In the order of the reference's checks: rights, existence, versions, whether anything changes, what may not. */
export async function updateCases(desk: Desk, given: readonly AskedChange[]): Promise<StoredCase[]> {
  ensureCount('cases', given, LIMITS.casesAtOnce, 1);
  for (const change of given) checkFields(change);
  const changes = given.map(trimmed);
  const found = new Map(
    (
      await desk.store.get(
        desk.spaceId,
        changes.map(({ id }) => id),
      )
    ).map((each) => [each.id, each]),
  );
  authorize(desk, changes, found);
  const gone = changes.filter(({ id }) => !found.has(id));
  if (gone.length > 0) {
    throw new CasesError(
      404,
      `These cases ${idsOf(gone)} do not exist. Please check you have the correct ids.`,
    );
  }
  ensureFresh(changes.filter(({ id, version }) => versionOf(found.get(id)?.version ?? 0) !== version));
  const planned = await plan(desk, changes, found);
  const changing = planned.filter(({ fields }) => fields.length > 0);
  if (changing.length === 0) {
    throw new CasesError(406, 'All update fields are identical to current version.');
  }
  refuseOwners(changes);
  refuseAssignees(desk, changing);
  await ensureRoom(desk, changing);
  return commit(desk, changing);
}

/** Fields that a custom field's configuration completes are compared as they will be kept. */
async function plan(
  desk: Desk,
  changes: readonly AskedChange[],
  found: ReadonlyMap<string, StoredCase>,
): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const { owner, ...given } of changes) {
    const theCase = found.get(given.id);
    if (theCase === undefined) continue;
    const customFields =
      given.customFields && completed(given.customFields, await configuredFields(desk, theCase.owner));
    const change = { ...given, ...(customFields !== undefined && { customFields }) };
    planned.push({ theCase, change, fields: changedFields(theCase, change) });
  }
  return planned;
}

function authorize(
  desk: Desk,
  changes: readonly AskedChange[],
  found: ReadonlyMap<string, StoredCase>,
): void {
  for (const change of changes) {
    const theCase = found.get(change.id);
    if (theCase === undefined) continue;
    const fields = changedFields(theCase, change);
    const reopens = theCase.status === 'closed' && fields.includes('status');
    const onlyReopens =
      reopens && Object.keys(change).every((key) => ['id', 'version', 'status'].includes(key));
    if (!onlyReopens) ensureMay(desk, 'updateCase', [theCase.owner]);
    if (reopens) ensureMay(desk, 'reopenCase', [theCase.owner]);
    if (fields.includes('assignees')) ensureMay(desk, 'assignCase', [theCase.owner]);
  }
}

function ensureFresh(stale: readonly { id: string }[]): void {
  if (stale.length === 0) return;
  throw new CasesError(
    409,
    `These cases ${idsOf(stale)} have been updated. Please refresh before saving additional updates.`,
  );
}

function refuseOwners(changes: readonly AskedChange[]): void {
  const owned = changes.filter(({ owner }) => owner !== undefined);
  if (owned.length > 0) {
    throw new CasesError(400, `Updating the owner of a case is not allowed ids: [${idsOf(owned)}]`);
  }
}

function refuseAssignees(desk: Desk, planned: readonly Planned[]): void {
  const assigning = planned.filter(({ change: { assignees = [] }, fields }) => {
    return fields.includes('assignees') && assignees.length > 0;
  });
  if (assigning.length === 0 || canAssign(desk)) return;
  throw new CasesError(
    403,
    `In order to assign users to cases, you must be subscribed to an Elastic Platinum license, ids: [${idsOf(assigning.map(({ change }) => change))}]`,
  );
}

async function ensureRoom({ store }: Desk, planned: readonly Planned[]): Promise<void> {
  for (const { theCase, fields } of planned) {
    const { total } = await store.activity({ caseId: theCase.id, limit: 1 });
    if (total + fields.length > LIMITS.userActions) {
      throw new CasesError(
        400,
        `The case with case id ${theCase.id} has reached the limit of ${LIMITS.userActions} user actions.`,
      );
    }
  }
}

async function commit(desk: Desk, planned: readonly Planned[]): Promise<StoredCase[]> {
  const done = doingOf(desk);
  const updated = planned.map(({ theCase, change, fields }) => changedCase(theCase, change, fields, done));
  const lost = await desk.store.commit(desk.spaceId, {
    update: updated,
    activity: planned.flatMap(({ theCase, fields }, place) =>
      activityOf(theCase, deedsOf(theCase, updated[place] ?? theCase, fields), done),
    ),
  });
  ensureFresh((lost ?? []).map((id) => ({ id })));
  return updated.map((theCase) => ({ ...theCase, version: theCase.version + 1 }));
}

function idsOf(list: readonly { id: string }[]): string {
  return list.map(({ id }) => id).join(', ');
}
