/**
 * Messages as the model takes them. What has `parts` goes as it is; a user's text that follows a user's is appended to it.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#request
 */
export function contentsOf(messages: readonly unknown[]): unknown[] {
  const contents: unknown[] = [];
  for (const message of messages) {
    const { role: given, parts, content } = fieldsOf(message);
    if (parts) {
      contents.push(message);
      continue;
    }
    const role = given === 'assistant' ? 'model' : 'user';
    const before = fieldsOf(contents.at(-1));
    const [first, ...others] = Array.isArray(before.parts) ? before.parts : [];
    const { text } = fieldsOf(first);
    if (role === 'user' && before.role === 'user' && typeof text === 'string') {
      const part = { ...first, text: `${text} ${content}` };
      contents[contents.length - 1] = { ...before, parts: [part, ...others] };
    } else {
      contents.push({ role, parts: [{ text: content }] });
    }
  }
  return contents;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
