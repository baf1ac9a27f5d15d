/** A comment to put on an incident, as cases send it. */
export interface IncidentComment {
  comment: string;
  commentId: string;
}

/** An incident as the service has it now. `pushedDate` is ISO text. */
export interface PushedIncident {
  id: string;
  title: string;
  url: string;
  pushedDate: string;
}

export interface PushedComment {
  commentId: string;
  pushedDate: string;
}

/** The calls that a push is made of. Each may throw: what was done before stays done, and the push has failed. */
export interface IncidentService<Incident> {
  create(incident: Incident): Promise<PushedIncident>;
  update(id: string, incident: Incident): Promise<PushedIncident>;
  /** Undefined: the comment was passed over. */
  addComment(incident: PushedIncident, comment: IncidentComment): Promise<PushedComment | undefined>;
}

export interface IncidentPush<Incident> {
  incident: Incident & { externalId: string | null };
  comments: IncidentComment[] | null;
}

/**
 * Pushes an incident: updates the one that `externalId` names (also where that is empty text), else creates one; then
 * its comments, one after another. `comments` is in the answer when some were given.
 */
export async function pushToService<Incident extends object>(
  { incident: { externalId, ...incident }, comments }: IncidentPush<Incident>,
  service: IncidentService<Omit<Incident, 'externalId'>>,
): Promise<PushedIncident & { comments?: PushedComment[] }> {
  const fields = incident as Omit<Incident, 'externalId'>;
  const pushed =
    externalId === null ? await service.create(fields) : await service.update(externalId, fields);
  if (comments === null || comments.length === 0) return pushed;
  const added: PushedComment[] = [];
  for (const comment of comments) {
    const done = await service.addComment(pushed, comment);
    if (done !== undefined) added.push(done);
  }
  return { ...pushed, comments: added };
}
