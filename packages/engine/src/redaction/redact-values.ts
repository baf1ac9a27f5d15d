import type { Redact } from './redactor.ts';

/** A value of JSON with every text in it redacted, names too. */
export function redactValues(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactValues(item, redact));
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [redact(name), redactValues(child, redact)]),
  );
}
