import { randomUUID } from 'node:crypto';
import type { Case, CaseOwner, NewAttachment } from '@patchbay/kit';
import type { AttachedAlert, StoredAttachment, StoredCase } from '../store/index.ts';
import { activityOf, type Deed } from './activity.ts';
import { type Attachment, alertIds, attachmentOf, checkAttachment, withoutKnown } from './attachment.ts';
import { ownersFor } from './authorization.ts';
import { type CaseWithComments, caseOf } from './case-calls.ts';
import { CasesError, doing } from './cases-error.ts';
import { conflict, type Desk, doingOf, MAX_ATTEMPTS, noSuchCase, theCaseFor } from './desk.ts';
import { ensureCount, LIMITS, refuse } from './limits.ts';
import { versionOf } from './version.ts';

export interface AttachmentCalls {
  attach(caseId: string, attachments: readonly NewAttachment[]): Promise<CaseWithComments>;
  /** What the attachment says from now on. */
  change(caseId: string, id: string, version: string, attachment: NewAttachment): Promise<CaseWithComments>;
  find(
    caseId: string,
    query: { order: 'asc' | 'desc'; offset: number; limit: number },
  ): Promise<{ attachments: Attachment[]; total: number }>;
  getOne(caseId: string, id: string): Promise<Attachment>;
  getSome(caseId: string, ids: readonly string[]): Promise<{ attachments: Attachment[]; missing: string[] }>;
  /** Without an id: all. */
  remove(caseId: string, id?: string): Promise<void>;
  alerts(caseId: string): Promise<AttachedAlert[]>;
  casesOfAlert(alertId: string, owners?: readonly CaseOwner[]): Promise<Case[]>;
}

export function attachmentCalls(desk: Desk): AttachmentCalls {
  const { store, spaceId } = desk;

  /** What whoever was allowed to change it gets for an answer. */
  const withComments = async (id: string): Promise<CaseWithComments> => {
    const [theCase] = await store.get(spaceId, [id]);
    if (theCase === undefined) throw noSuchCase(id);
    const { attachments } = await store.attachments({ caseId: id });
    return { theCase: caseOf(theCase), comments: attachments.map(attachmentOf) };
  };

  /** Again where somebody else changed the case meanwhile: whoever attaches does not say to which version. */
  async function repeatedly(caseId: string, attempt: () => Promise<boolean>): Promise<void> {
    for (let made = 0; made < MAX_ATTEMPTS; made++) if (await attempt()) return;
    throw conflict(caseId);
  }

  async function find(caseId: string, id: string): Promise<StoredAttachment> {
    const [found] = await store.getAttachments(caseId, [id]);
    if (found === undefined) throw new CasesError(404, `This comment ${id} does not exist anymore.`);
    return found;
  }

  return {
    attach: (caseId, given) =>
      doing(`Failed while adding a comment to case id: ${caseId} error`, async () => {
        ensureCount('attachments', given, LIMITS.attachmentsAtOnce);
        for (const attachment of given) checkAttachment(attachment);
        await repeatedly(caseId, async () => {
          const theCase = await theCaseFor(desk, 'createComment', caseId);
          ensureOwner(theCase, given);
          const known = await store.attachedAlerts(caseId, given.flatMap(alertIds));
          const attachments = withoutKnown(given, known);
          if (attachments.length === 0) return true;
          const changed = withAttachments(theCase, attachments);
          await ensureRoom(desk, changed, attachments.length);
          const done = doingOf(desk);
          const attach = attachments.map(
            (attachment, ordinal): StoredAttachment => ({
              id: randomUUID(),
              caseId,
              version: 1,
              ordinal,
              attachment,
              createdAt: done.at,
              createdBy: done.user,
              updatedAt: null,
              updatedBy: null,
              pushedAt: null,
              pushedBy: null,
            }),
          );
          const deeds = attach.map(
            ({ id, attachment }): Deed => ({
              type: 'comment',
              action: 'create',
              payload: { comment: attachment },
              commentId: id,
            }),
          );
          const update = [{ ...changed, updatedAt: done.at, updatedBy: done.user }];
          const lost = await store.commit(spaceId, {
            update,
            attach,
            activity: activityOf(theCase, deeds, done),
          });
          return lost === undefined;
        });
        return withComments(caseId);
      }),

    change: (caseId, id, version, attachment) =>
      doing(`Failed to patch comment case id: ${caseId}`, async () => {
        checkAttachment(attachment);
        const stale = () =>
          new CasesError(
            409,
            'This comment has been updated. Please refresh before saving additional updates.',
          );
        await repeatedly(caseId, async () => {
          const theCase = await theCaseFor(desk, 'updateComment', caseId);
          const stored = await find(caseId, id);
          if (stored.attachment.type !== attachment.type)
            refuse('You cannot change the type of the comment.');
          if (attachment.type === 'alert') refuse('You cannot change attached alerts: detach them.');
          if (attachment.owner !== stored.attachment.owner) {
            refuse('You cannot change the owner of the comment.');
          }
          if (versionOf(stored.version) !== version) throw stale();
          const done = doingOf(desk);
          const payload = { comment: attachment };
          const deed: Deed = { type: 'comment', action: 'update', payload, commentId: id };
          const touched = { updatedAt: done.at, updatedBy: done.user };
          const lost = await store.commit(spaceId, {
            update: [{ ...theCase, ...touched }],
            updateAttachments: [{ ...stored, attachment, ...touched }],
            activity: activityOf(theCase, [deed], done),
          });
          if (lost?.includes(id)) throw stale();
          return lost === undefined;
        });
        return withComments(caseId);
      }),

    find: (caseId, query) =>
      doing(`Failed to find comments case id: ${caseId}`, async () => {
        await theCaseFor(desk, 'getCase', caseId);
        const { attachments, total } = await store.attachments({
          caseId,
          types: ['user', 'actions'],
          ...query,
        });
        return { attachments: attachments.map(attachmentOf), total };
      }),

    getOne: (caseId, id) =>
      doing(`Failed to get comment case id: ${caseId} attachment id: ${id}`, async () => {
        await theCaseFor(desk, 'getCase', caseId);
        return attachmentOf(await find(caseId, id));
      }),

    getSome: (caseId, ids) =>
      doing(`Failed to bulk get attachments for case id: ${caseId}`, async () => {
        ensureCount('ids', ids, LIMITS.attachmentsAtOnce, 1);
        await theCaseFor(desk, 'getCase', caseId);
        const found = await store.getAttachments(caseId, ids);
        const missing = ids.filter((id) => !found.some((each) => each.id === id));
        return { attachments: found.map(attachmentOf), missing };
      }),

    remove: (caseId, id) =>
      doing(`Failed to delete comments case id: ${caseId}`, () =>
        repeatedly(caseId, async () => {
          const theCase = await theCaseFor(desk, 'deleteComment', caseId);
          const going =
            id === undefined ? (await store.attachments({ caseId })).attachments : [await find(caseId, id)];
          if (going.length === 0) throw new CasesError(404, `No comments found for ${caseId}.`);
          const done = doingOf(desk);
          const deeds = going.map(
            (each): Deed => ({
              type: 'comment',
              action: 'delete',
              payload: { comment: each.attachment },
              commentId: each.id,
            }),
          );
          const left = withAttachments(
            theCase,
            going.map(({ attachment }) => attachment),
            -1,
          );
          const lost = await store.commit(spaceId, {
            update: [{ ...left, updatedAt: done.at, updatedBy: done.user }],
            detach: going.map((each) => each.id),
            activity: activityOf(theCase, deeds, done),
          });
          return lost === undefined;
        }),
      ),

    alerts: (caseId) =>
      doing(`Failed to get alerts attached to case id: ${caseId}`, async () => {
        await theCaseFor(desk, 'getCase', caseId);
        return store.alerts(caseId);
      }),

    casesOfAlert: async (alertId, owners) =>
      (await store.casesOfAlert(spaceId, alertId, ownersFor(desk, 'getCase', owners))).map(caseOf),
  };
}

function ensureOwner({ owner }: StoredCase, attachments: readonly NewAttachment[]): void {
  if (attachments.some((attachment) => attachment.owner !== owner)) {
    refuse('The owner field of the comment must match the case');
  }
}

/** The case's counts with these attachments, or without them. */
function withAttachments(
  theCase: StoredCase,
  attachments: readonly NewAttachment[],
  sign: 1 | -1 = 1,
): StoredCase {
  const comments = attachments.filter(({ type }) => type === 'user').length;
  const alerts = attachments.flatMap(alertIds).length;
  return {
    ...theCase,
    totalComment: theCase.totalComment + sign * comments,
    totalAlerts: theCase.totalAlerts + sign * alerts,
  };
}

async function ensureRoom({ store }: Desk, { id, totalAlerts }: StoredCase, deeds: number): Promise<void> {
  if (totalAlerts > LIMITS.alerts) {
    refuse(`Case has reached the maximum allowed number (${LIMITS.alerts}) of attached alerts.`);
  }
  const { total } = await store.activity({ caseId: id, limit: 1 });
  if (total + deeds > LIMITS.userActions) {
    refuse(`The case with case id ${id} has reached the limit of ${LIMITS.userActions} user actions.`);
  }
}
