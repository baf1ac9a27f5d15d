import { type IncidentPush, type PushedComment, type PushedIncident, pushToService } from '@patchbay/kit';
import type { Incident } from './incident-body.ts';
import type { IncidentService } from './incident-service.ts';

/**
 * Creates or updates an incident. A comment is an update that writes the whole incident again, with the comment among
 * its work notes; ServiceNow gives comments no id and no date, so theirs is the incident's.
 */
export function pushIncident<Fields extends Incident>(
  { incident: given, comments }: IncidentPush<Fields>,
  { create, update, correlationId }: IncidentService,
): Promise<PushedIncident & { comments?: PushedComment[] }> {
  const isRepeatable = given.externalId === null && !given.correlation_id && correlationId !== undefined;
  const whole = isRepeatable ? { ...given, correlation_id: correlationId } : given;
  const { externalId: _, ...incident } = whole;
  return pushToService(
    { incident: whole, comments },
    {
      create,
      update,
      async addComment({ id, pushedDate }, { comment, commentId }) {
        await update(id, { ...incident, work_notes: comment });
        return { commentId, pushedDate };
      },
    },
  );
}
