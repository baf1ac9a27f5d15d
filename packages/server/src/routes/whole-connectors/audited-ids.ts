const MAX_NAMED = 100;

/** Which connectors a call was about, for the audit log: their ids, or how many where these would fill pages. */
export function auditedIds(ids: readonly string[]): string {
  return ids.length > MAX_NAMED ? `${ids.length} connectors` : ids.join(', ');
}
