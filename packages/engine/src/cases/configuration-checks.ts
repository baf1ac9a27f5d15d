import type { CaseConfiguration } from '@patchbay/kit';
import { checkFields } from './case-checks.ts';
import { ensureCount, ensureNoLonger, ensureText, ensureTexts, LIMITS, refuse } from './limits.ts';

/** Throws where what is given of a configuration is not as it may be. */
export function checkConfiguration(given: Partial<CaseConfiguration>): void {
  const { customFields = [], templates = [], observableTypes = [] } = given;
  checkKeys('customFields', customFields);
  for (const { label, type, defaultValue } of customFields) {
    ensureText('label', label, LIMITS.label);
    if (defaultValue === undefined || defaultValue === null) continue;
    checkFields({ customFields: [{ key: '', type, value: defaultValue }] });
  }
  checkKeys('templates', templates);
  for (const { name, description, tags, caseFields } of templates) {
    ensureText('name', name, LIMITS.templateName);
    ensureNoLonger('description', description ?? '', LIMITS.templateDescription);
    ensureTexts("template's tags", "template's tag", tags ?? [], LIMITS.templateTags, LIMITS.templateTag);
    checkFields(caseFields ?? {});
  }
  checkKeys('observableTypes', observableTypes);
  for (const { label } of observableTypes) ensureText('label', label, LIMITS.label);
}

function checkKeys(field: string, list: readonly { key: string }[]): void {
  ensureCount(field, list, LIMITS.configured);
  for (const { key } of list) {
    ensureText('key', key, LIMITS.key);
    if (!/^[a-z0-9_-]+$/.test(key)) {
      refuse(`Key must be lower case, a-z, 0-9, '_', and '-' are allowed`);
    }
  }
  const keys = list.map(({ key }) => key);
  const twice = keys.filter((key, place) => keys.indexOf(key) !== place);
  if (twice.length > 0) {
    refuse(`Invalid duplicated ${field} keys in request: ${[...new Set(twice)].join(',')}`);
  }
}
