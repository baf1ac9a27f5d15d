import type { Redact } from '@patchbay/engine/redaction';

/** What an error that nobody foresaw says of itself: its stack and those of its causes. Node would print all that hangs on it. */
export function crashReport(error: unknown, redact: Redact = (text) => text): string {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  for (let next = error; next !== undefined && !seen.has(next); next = causeOf(next)) {
    seen.add(next);
    const text = next instanceof Error ? (next.stack ?? next.message) : String(next);
    lines.push(`${seen.size === 1 ? '' : 'caused by: '}${redact(text)}`);
  }
  return lines.join('\n');
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
