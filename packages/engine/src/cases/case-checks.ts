import type { CaseFields } from '@patchbay/kit';
import { ensureCount, ensureNoLonger, ensureText, ensureTexts, LIMITS, refuse } from './limits.ts';

/** Throws where one of the fields that are given is not as a case's may be. */
export function checkFields(fields: Partial<CaseFields>): void {
  const { title, description, tags, category, assignees, customFields } = fields;
  if (title !== undefined) ensureText('title', title.trim(), LIMITS.title);
  if (description !== undefined) ensureText('description', description, LIMITS.description);
  if (tags !== undefined) ensureTexts('tags', 'tag', tags, LIMITS.tags, LIMITS.tag);
  if (category !== undefined && category !== null) ensureText('category', category, LIMITS.category);
  if (assignees !== undefined) {
    ensureCount('assignees', assignees, LIMITS.assignees);
    for (const { uid } of assignees) ensureNoLonger('uid', uid, LIMITS.uid);
  }
  if (customFields !== undefined) checkCustomFields(customFields);
}

function checkCustomFields(customFields: CaseFields['customFields']): void {
  ensureCount('customFields', customFields, LIMITS.customFields);
  for (const { type, value } of customFields) {
    if (value === null) continue;
    if (type === 'text') {
      if (typeof value !== 'string') refuse('The value of a text field should be a string.');
      ensureText('value', value, LIMITS.customFieldText);
    }
    if (type === 'toggle' && typeof value !== 'boolean') {
      refuse('The value of a toggle field should be a boolean.');
    }
    if (type === 'number') ensureSafeInteger('value', value);
  }
}

function ensureSafeInteger(field: string, value: unknown): void {
  if (Number.isSafeInteger(value)) return;
  refuse(`The ${field} field should be an integer between -(2^53 - 1) and 2^53 - 1, inclusive.`);
}

/** As cases keep them: without white space around. */
export function trimmed<Fields extends Partial<CaseFields>>(fields: Fields): Fields {
  const { title, description, tags, category } = fields;
  return {
    ...fields,
    ...(title !== undefined && { title: title.trim() }),
    ...(description !== undefined && { description: description.trim() }),
    ...(tags !== undefined && { tags: tags.map((tag) => tag.trim()) }),
    ...(typeof category === 'string' && { category: category.trim() }),
  };
}
