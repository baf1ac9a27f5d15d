import type { CaseCustomField, NewCase } from '@patchbay/kit';
import type { StoredCase } from '../store/index.ts';
import type { Deed, Doing } from './activity.ts';
import { trimmed } from './case-checks.ts';

/** A case that was asked for, as it is before anybody has done anything to it. */
export function newCase(
  given: NewCase,
  { id, spaceId, customFields }: { id: string; spaceId: string; customFields: CaseCustomField[] },
  { user, at }: Doing,
): StoredCase {
  const { owner, ...fields } = trimmed(given);
  return {
    id,
    spaceId,
    version: 1,
    incrementalId: 0,
    owner,
    title: fields.title,
    description: fields.description,
    tags: fields.tags,
    status: 'open',
    severity: fields.severity ?? 'low',
    category: fields.category ?? null,
    connector: fields.connector,
    settings: fields.settings,
    assignees: fields.assignees ?? [],
    customFields,
    createdAt: at,
    createdBy: user,
    updatedAt: null,
    updatedBy: null,
    closedAt: null,
    closedBy: null,
    inProgressAt: null,
    externalService: null,
    totalComment: 0,
    totalAlerts: 0,
  };
}

export function creation(theCase: StoredCase): Deed {
  const { title, description, tags, connector, settings, owner, severity, category } = theCase;
  const { assignees, customFields, status } = theCase;
  return {
    type: 'create_case',
    action: 'create',
    payload: {
      title,
      description,
      tags,
      connector,
      settings,
      owner,
      severity,
      category,
      assignees,
      customFields,
      status,
    },
  };
}
