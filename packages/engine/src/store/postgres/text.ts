/**
 * PostgreSQL keeps any text but one with a NUL character. It is written with another one, which Unicode leaves to programs
 * (U+FFFF), and a digit: 0 for NUL, 1 for that character itself.
 */
const MARK = '\uffff';

/** Whether a text, or its UTF-8, is kept as it is. */
export function isPlain(text: string | Buffer): boolean {
  return !text.includes('\0') && !text.includes(MARK);
}

export function toPostgres(text: string): string {
  if (isPlain(text)) return text;
  return text.replaceAll(MARK, `${MARK}1`).replaceAll('\0', `${MARK}0`);
}

export function fromPostgres(text: string): string {
  return text.includes(MARK) ? text.replaceAll(`${MARK}0`, '\0').replaceAll(`${MARK}1`, MARK) : text;
}
