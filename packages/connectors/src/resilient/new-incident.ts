import { ensureOptions, type Field, flatFields } from './field.ts';
import type { Incident } from './schema.ts';

/**
 * The body of a new incident. `fields` describes those that an incident may have; left out where none are added.
 * https://www.ibm.com/docs/en/sqsp/51?topic=api-rest: FullIncidentDataDTO
 */
export function toNewIncident(
  incident: Incident,
  fields: readonly Field[],
  now: Date,
): Record<string, unknown> {
  const { name, description, incidentTypes, severityCode, additionalFields } = incident;
  return {
    name,
    discovered_date: now.getTime(),
    ...(description && { description: { format: 'html', content: description } }),
    ...(incidentTypes && { incident_type_ids: incidentTypes.map((id) => ({ id })) }),
    ...(severityCode && { severity_code: { id: severityCode } }),
    ...(additionalFields && placed(flatFields(additionalFields), fields)),
  };
}

/** Each field where the service keeps it. One that it does not know is sent all the same. */
function placed(given: Record<string, unknown>, fields: readonly Field[]): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = fields.find((known) => known.name === name);
    if (field !== undefined) ensureOptions(field, value);
    if (field?.prefix) body[field.prefix] = { ...(body[field.prefix] as object), [name]: value };
    else body[name] = value;
  }
  return body;
}
