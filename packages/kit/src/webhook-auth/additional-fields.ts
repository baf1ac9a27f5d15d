/** The fields that a text holds, which must be a JSON object with one at least; undefined: it is none. */
export function parseAdditionalFields(text: string): Record<string, unknown> | undefined {
  try {
    const fields: unknown = JSON.parse(text);
    const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
    return isObject && Object.keys(fields).length > 0 ? (fields as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
