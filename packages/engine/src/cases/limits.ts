import { CasesError } from './cases-error.ts';

/** The most that a case, and a request about cases, may have: the reference's figures. */
export const LIMITS = {
  title: 160,
  description: 30_000,
  tags: 200,
  tag: 256,
  category: 50,
  assignees: 10,
  customFields: 10,
  customFieldText: 160,
  comment: 30_000,
  alerts: 1000,
  /** https://www.elastic.co/guide/en/elasticsearch/reference/current/mapping-id-field.html */
  alertId: 512,
  uid: 256,
  attachmentsAtOnce: 100,
  casesAtOnce: 100,
  userActions: 10_000,
  /** Of one kind in a configuration: fields, templates, observable types. */
  configured: 10,
  key: 36,
  label: 50,
  templateName: 50,
  templateDescription: 1000,
  templateTags: 10,
  templateTag: 50,
  inQuery: 100,
  perPage: 100,
  paged: 10_000,
} as const;

/** Throws where a text is blank or, as it stands, longer. */
export function ensureText(field: string, text: string, max: number): void {
  if (text.trim() === '') refuse(`The ${field} field cannot be an empty string.`);
  ensureNoLonger(field, text, max);
}

export function ensureNoLonger(field: string, text: string, max: number): void {
  if (text.length > max) refuse(`The length of the ${field} is too long. The maximum length is ${max}.`);
}

export function ensureCount(field: string, list: readonly unknown[], max: number, min = 0): void {
  if (list.length > max) {
    refuse(`The length of the field ${field} is too long. Array must be of length <= ${max}.`);
  }
  if (list.length < min) {
    refuse(`The length of the field ${field} is too short. Array must be of length >= ${min}.`);
  }
}

export function ensureTexts(
  field: string,
  one: string,
  texts: readonly string[],
  max: number,
  maxText: number,
) {
  ensureCount(field, texts, max);
  for (const text of texts) ensureText(one, text, maxText);
}

/** What a page of a list starts at. Throws where there is no such page. */
export function offsetOf({ page, perPage }: { page: number; perPage: number }): number {
  if (page < 1) refuse('The page field cannot be less than 1.');
  if (perPage < 0) refuse('The perPage field cannot be less than 0.');
  if (perPage > LIMITS.perPage) {
    refuse(`The provided perPage value is too high. The maximum allowed perPage value is ${LIMITS.perPage}.`);
  }
  if (page * perPage > LIMITS.paged) {
    refuse(
      `The number of documents is too high. Paginating through more than ${LIMITS.paged} documents is not possible.`,
    );
  }
  return (page - 1) * perPage;
}

export function refuse(message: string): never {
  throw new CasesError(400, message);
}
