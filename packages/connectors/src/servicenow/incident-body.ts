/** Fields of an incident under ServiceNow's names. Those that are null are sent, and empty the field. */
export type IncidentFields = Record<string, unknown>;

/** What a push, or a close, wants to write. */
export interface Incident extends IncidentFields {
  additional_fields?: Record<string, unknown> | null;
}

/** The row of an import set: the application's columns are prefixed; the caller's own are as given, and never win. */
export function importSetRow({ additional_fields, ...fields }: Incident): IncidentFields {
  const columns = Object.entries(fields).map(([name, value]) => [`u_${name}`, value]);
  return { ...additional_fields, ...Object.fromEntries(columns) };
}
