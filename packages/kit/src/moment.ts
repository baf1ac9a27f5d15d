/** ISO 8601's date and time, a blank for its `T` allowed, with its zone if it has one: `Z`, `+01:00`, `+0100` or `+01`. */
const DATE_AND_TIME =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?: ?(Z|([+-]\d{2}):?(\d{2})?))?$/;

/**
 * The moment that a text names; undefined: it is blank; an invalid date: it names none. A whole number is milliseconds
 * since 1970. A date and time without a zone is UTC, wherever the server stands.
 */
export function momentOf(timestamp: string): Date | undefined {
  const text = timestamp.trim();
  if (text === '') return undefined;
  if (/^-?\d+$/.test(text)) return new Date(Number(text));
  const [, date, time, zone = 'Z', hours, minutes = '00'] = DATE_AND_TIME.exec(text) ?? [];
  if (date === undefined) return new Date(text);
  return new Date(`${date}T${time}${hours === undefined ? zone : `${hours}:${minutes}`}`);
}
