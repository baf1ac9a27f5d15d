import type { Case, CaseIncident, CaseUser } from '@patchbay/kit';
import type { StoredAttachment } from '../store/index.ts';

/** What a connector is asked to make of a case. */
export interface Push {
  incident: Record<string, unknown>;
  comments: { comment: string; commentId: string }[];
}

export interface PushFacts {
  theCase: Case;
  /** In the order in which they were made. */
  attachments: readonly StoredAttachment[];
  /** The last push to this connector; undefined: there was none. */
  last: { externalId: string; at: string } | undefined;
  /** Where people look at the case, if it is known. */
  url: string | undefined;
}

/** The run of a connector that makes or changes the incident of a case. */
export function pushOf({ theCase, attachments, last, url }: PushFacts, type: CaseIncident): Push {
  return {
    incident: {
      ...type.fields?.(theCase, theCase.connector.fields ?? {}),
      ...(type.tags !== undefined && { [type.tags]: theCase.tags }),
      [type.title]: theCase.title,
      [type.description]: signed(theCase.description, theCase.createdBy, url),
      externalId: last?.externalId ?? null,
    },
    comments: [...commentsSince(last?.at, attachments), ...alertsComment(theCase, attachments, url)],
  };
}

/** The attachments that such a push tells of. */
export function toldBy(
  attachments: readonly StoredAttachment[],
  last: PushFacts['last'],
): StoredAttachment[] {
  return attachments.filter(
    (attachment) => attachment.pushedAt === null || isCommentSince(attachment, last?.at),
  );
}

function commentsSince(at: string | undefined, attachments: readonly StoredAttachment[]) {
  return attachments.flatMap(({ id, attachment, ...stored }) => {
    if (attachment.type !== 'user' || !isCommentSince({ ...stored, id, attachment }, at)) return [];
    return [{ commentId: id, comment: signed(attachment.comment, stored.updatedBy ?? stored.createdBy) }];
  });
}

function isCommentSince(
  { attachment, createdAt, updatedAt }: StoredAttachment,
  at: string | undefined,
): boolean {
  return attachment.type === 'user' && (at === undefined || (updatedAt ?? createdAt) > at);
}

/** One comment for all alerts: the service has no place for each. */
function alertsComment(
  { id, totalAlerts }: Case,
  attachments: readonly StoredAttachment[],
  url: string | undefined,
) {
  const hasNew = attachments.some(
    ({ attachment, pushedAt }) => attachment.type === 'alert' && pushedAt === null,
  );
  if (!hasNew) return [];
  const comment = `Elastic Alerts attached to the case: ${totalAlerts}${linked(url)}`;
  return [{ commentId: `${id}-total-alerts`, comment }];
}

function signed(text: string, { fullName, username }: CaseUser, url?: string): string {
  return `${text}\n\nAdded by ${fullName || username}.${linked(url)}`;
}

function linked(url: string | undefined): string {
  return url === undefined ? '' : `\n\nThe case: ${url}`;
}
