import type { Logger, LogLevel } from '@patchbay/kit';

/** Shorter values are words rather than secrets: taking them out would garble every text. */
const MIN_LENGTH = 5;

export type Redact = <T extends string | undefined>(text: T) => T;

/** Takes every secret value out of a text. Remote services and libraries like to echo what they were given. */
export function redactor(secrets: unknown): Redact {
  const values = [...strings(secrets)].filter((value) => value.length >= MIN_LENGTH);
  // The longest first: a secret may be part of another one.
  values.sort((a, b) => b.length - a.length);
  return ((text) =>
    values.reduce(
      (rest, value) => rest?.replaceAll(value, '[redacted]'),
      text as string | undefined,
    )) as Redact;
}

export function redactingLogger(log: Logger, redact: Redact): Logger {
  const at =
    (level: LogLevel): Logger[LogLevel] =>
    (message, fields) =>
      log[level](redact(message), fields);
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
  };
}

function* strings(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const child of Object.values(value)) yield* strings(child);
}
