import { type IncidentPush, type PushedComment, type PushedIncident, pushToService } from '@patchbay/kit';
import type { Incident } from './incident-body.ts';
import type { IncidentService } from './incident-service.ts';

/**
 * Creates or updates an incident. A comment is an update that writes the whole incident again, with the comment among
 * its work notes; ServiceNow gives comments no id and no date, so theirs is the incident's.
 */
export function pushIncident<Fields extends Incident>(
  push: IncidentPush<Fields>,
  { create, update }: IncidentService,
): Promise<PushedIncident & { comments?: PushedComment[] }> {
  const { externalId: _, ...incident } = push.incident;
  return pushToService(push, {
    create,
    update,
    async addComment({ id, pushedDate }, { comment, commentId }) {
      await update(id, { ...incident, work_notes: comment });
      return { commentId, pushedDate };
    },
  });
}
