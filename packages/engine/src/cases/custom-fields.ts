import type { CaseCustomField, CustomFieldConfiguration } from '@patchbay/kit';
import { refuse } from './limits.ts';

/**
 * A value for each field that is configured: what is given, else its default, else null. Throws where something else is
 * given, or nothing for a required field without a default.
 */
export function completed(
  given: readonly CaseCustomField[],
  configured: readonly CustomFieldConfiguration[],
): CaseCustomField[] {
  const keys = given.map(({ key }) => key);
  const twice = keys.filter((key, place) => keys.indexOf(key) !== place);
  if (twice.length > 0) {
    refuse(`Invalid duplicated customFields keys in request: ${[...new Set(twice)].join(',')}`);
  }
  const unknown = keys.filter((key) => !configured.some((field) => field.key === key));
  if (unknown.length > 0) refuse(`Invalid custom field keys: ${unknown.join(',')}`);
  const values = configured.map((field) => {
    const { type, value } = given.find(({ key }) => key === field.key) ?? {};
    return { field, type, value: value ?? field.defaultValue ?? null };
  });
  const labels = (of: typeof values) => of.map(({ field }) => `"${field.label}"`).join(', ');
  const wrong = values.filter(({ field, type }) => type !== undefined && type !== field.type);
  if (wrong.length > 0) {
    refuse(`The following custom fields have the wrong type in the request: ${labels(wrong)}`);
  }
  const missing = values.filter(({ field, value }) => field.required && value === null);
  if (missing.length > 0) {
    refuse(`Missing required custom fields without default value configured: ${labels(missing)}`);
  }
  return values.map(({ field: { key, type }, value }) => ({ key, type, value }));
}
