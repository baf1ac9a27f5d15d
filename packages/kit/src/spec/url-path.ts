/**
 * A URL's path in which values are segments, whatever is in them; a list is several. Throws for `.`, `..` and nothing, which
 * are no segments however they are written.
 */
export function urlPath(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): string {
  return String.raw({ raw: texts }, ...values.map((value) => [value].flat().map(segment).join('/')));
}

function segment(value: string | number): string {
  const text = String(value).toWellFormed();
  if (['', '.', '..'].includes(text)) throw new Error(`"${text}" cannot be part of a path`);
  return encodeURIComponent(text);
}
