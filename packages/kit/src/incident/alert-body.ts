/**
 * The fields that JSON text adds to an alert; none where there is no text. Throws with the reference's words where it is not
 * an object's.
 */
export function alertBody(text: string | null, service: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text ?? '{}');
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new TypeError('expected a JSON object');
    }
    return { ...body };
  } catch (cause) {
    throw new Error(`Error parsing alert body for ${service}: ${cause}`, { cause });
  }
}
