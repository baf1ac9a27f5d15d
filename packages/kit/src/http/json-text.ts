/** As the reference's client sends a text as JSON: what is JSON is trimmed, any other text becomes a JSON string. */
export function jsonText(text: string): string {
  try {
    JSON.parse(text);
    return text.trim();
  } catch {
    return JSON.stringify(text);
  }
}
