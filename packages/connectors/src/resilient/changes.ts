import { ensureOptions, type Field, flatFields } from './field.ts';
import type { Incident } from './schema.ts';

export interface Change {
  field: { name: string };
  old_value: object;
  new_value: object;
}

type Values = Record<string, unknown>;

/** What an update changes: what it is given, whether it differs or not, the additional fields first. Throws for a field that the service does not have. */
export function toChanges(incident: Incident, before: Values, fields: readonly Field[]): Change[] {
  const { name, description, incidentTypes, severityCode, additionalFields } = incident;
  const own = { name, description, incident_type_ids: incidentTypes, severity_code: severityCode };
  const given = [
    ...Object.entries(flatFields(additionalFields ?? {})),
    ...Object.entries(own).filter(([, value]) => value !== null),
  ];
  return given.map(([field, value]) => toChange(field, value, before, fields));
}

function toChange(name: string, value: unknown, before: Values, fields: readonly Field[]): Change {
  const field = fields.find((known) => known.name === name);
  if (field === undefined) throw new Error(`No metadata found for field ${name}`);
  ensureOptions(field, value);
  const holder = field.prefix ? (before[field.prefix] as Values | null | undefined) : before;
  const old = holder?.[name];
  return { field: { name }, old_value: shaped(field, old, old), new_value: shaped(field, value, old) };
}

/**
 * A value as the service takes it in a change, by the input type of its field; empty where it is missing or of another
 * type. FieldChangeDTO and ObjectHandle of the service's REST API.
 */
function shaped({ input_type: type }: Field, value: unknown, old: unknown): object {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? { text: value } : {};
    case 'textarea':
      return { textarea: textArea(value, old) };
    case 'select':
      return typeof value === 'number' || typeof value === 'string' ? { id: value } : {};
    case 'multiselect':
      return Array.isArray(value) ? { ids: value } : {};
    case 'datepicker':
    case 'datetimepicker':
      return typeof value === 'number' ? { date: value } : {};
    case 'boolean':
      return typeof value === 'boolean' ? { boolean: value } : {};
    case 'number':
      return typeof value === 'number' ? { object: value } : {};
    default:
      return {};
  }
}

/** A plain text is of the format that the field had. */
function textArea(value: unknown, old: unknown): { format: unknown; content: unknown } | null {
  if (typeof value === 'string') return { format: isFormatted(old) ? old.format : 'text', content: value };
  return isFormatted(value) ? { format: value.format, content: value.content } : null;
}

function isFormatted(value: unknown): value is { format: string; content: unknown } {
  return typeof value === 'object' && value !== null && 'format' in value && 'content' in value;
}
