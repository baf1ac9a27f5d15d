import type { Attachment, CaseWithComments, Configuration, Found } from '@patchbay/engine/cases';
import type { CaseActivity } from '@patchbay/engine/store';
import type { Case, CaseUser, ExternalService } from '@patchbay/kit';

/** Cases as the API shows them: in snake case but for what the reference has in camel case. */
export function caseAnswer(theCase: Case, comments?: readonly Attachment[]) {
  const { createdAt, inProgressAt, closedAt } = theCase;
  return {
    id: theCase.id,
    version: theCase.version,
    incremental_id: theCase.incrementalId,
    owner: theCase.owner,
    title: theCase.title,
    description: theCase.description,
    tags: theCase.tags,
    status: theCase.status,
    severity: theCase.severity,
    category: theCase.category,
    connector: theCase.connector,
    settings: theCase.settings,
    assignees: theCase.assignees,
    customFields: theCase.customFields,
    observables: [],
    created_at: createdAt,
    created_by: userAnswer(theCase.createdBy),
    updated_at: theCase.updatedAt,
    updated_by: userAnswer(theCase.updatedBy),
    closed_at: closedAt,
    closed_by: userAnswer(theCase.closedBy),
    in_progress_at: inProgressAt,
    duration: seconds(createdAt, closedAt),
    time_to_acknowledge: seconds(createdAt, inProgressAt),
    time_to_investigate: seconds(inProgressAt, closedAt),
    time_to_resolve: seconds(createdAt, closedAt),
    external_service: externalServiceAnswer(theCase.externalService),
    totalComment: theCase.totalComment,
    totalAlerts: theCase.totalAlerts,
    totalEvents: 0,
    ...(comments !== undefined && { comments: comments.map(commentAnswer) }),
  };
}

export function caseWithComments({ theCase, comments }: CaseWithComments) {
  return caseAnswer(theCase, comments);
}

export function commentAnswer({ id, version, attachment, ...stored }: Attachment) {
  return {
    ...attachment,
    id,
    version,
    created_at: stored.createdAt,
    created_by: userAnswer(stored.createdBy),
    updated_at: stored.updatedAt,
    updated_by: userAnswer(stored.updatedBy),
    pushed_at: stored.pushedAt,
    pushed_by: userAnswer(stored.pushedBy),
  };
}

export function foundAnswer({ cases, total, byStatus }: Found, { page, perPage }: Page) {
  return {
    cases: cases.map((theCase) => caseAnswer(theCase)),
    page,
    per_page: perPage,
    total,
    count_open_cases: byStatus.open,
    count_in_progress_cases: byStatus['in-progress'],
    count_closed_cases: byStatus.closed,
  };
}

interface Page {
  page: number;
  perPage: number;
}

export function userActionAnswer({ ordinal, caseId, createdAt, createdBy, ...activity }: CaseActivity) {
  const { commentId, payload, ...rest } = activity;
  const { externalService } = payload as { externalService?: ExternalService };
  return {
    ...rest,
    payload:
      externalService === undefined ? payload : { externalService: externalServiceAnswer(externalService) },
    comment_id: commentId,
    created_at: createdAt,
    created_by: userAnswer(createdBy),
    // It never changes.
    version: 'WzEsMV0=',
  };
}

export function configurationAnswer({ closureType, incident, ...configuration }: Configuration) {
  const { createdAt, createdBy, updatedAt, updatedBy, ...rest } = configuration;
  const mapping = (source: string, target: string, action_type: 'overwrite' | 'append') => ({
    source,
    target,
    action_type,
  });
  return {
    ...rest,
    closure_type: closureType,
    mappings:
      incident === undefined
        ? []
        : [
            mapping('title', incident.title, 'overwrite'),
            mapping('description', incident.description, 'overwrite'),
            ...(incident.tags === undefined ? [] : [mapping('tags', incident.tags, 'overwrite')]),
            mapping('comments', incident.comments, 'append'),
          ],
    error: null,
    created_at: createdAt,
    created_by: userAnswer(createdBy),
    updated_at: updatedAt,
    updated_by: userAnswer(updatedBy),
  };
}

export function relatedCaseAnswer({ id, title, description, status, createdAt, ...theCase }: Case) {
  const totals = { alerts: theCase.totalAlerts, userComments: theCase.totalComment };
  return { id, title, description, status, createdAt, totals };
}

/** Nobody, where nothing was done. */
export function userAnswer(user: CaseUser): ReturnType<typeof shownUser>;
export function userAnswer(user: CaseUser | null): ReturnType<typeof shownUser> | null;
export function userAnswer(user: CaseUser | null) {
  return user === null ? null : shownUser(user);
}

function shownUser({ username, fullName, email, profileUid }: CaseUser) {
  return {
    username,
    full_name: fullName,
    email,
    ...(profileUid !== undefined && { profile_uid: profileUid }),
  };
}

function externalServiceAnswer(service: ExternalService | null) {
  return (
    service && {
      connector_id: service.connectorId,
      connector_name: service.connectorName,
      external_id: service.externalId,
      external_title: service.externalTitle,
      external_url: service.externalUrl,
      pushed_at: service.pushedAt,
      pushed_by: userAnswer(service.pushedBy),
    }
  );
}

function seconds(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Math.floor((Date.parse(to) - Date.parse(from)) / 1000);
}
