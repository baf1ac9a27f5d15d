import { createLogger, type Logger } from '@patchbay/kit';
import type { Redact } from './redactor.ts';

/** Takes secrets out of the fields too. */
export function redactingLogger(log: Logger, redact: Redact): Logger {
  return createLogger(
    (level, message, fields) =>
      log[level](redact(message), fields && (deep(fields, redact) as Record<string, unknown>)),
    log.isEnabled,
  );
}

/** As deep as the process log writes. */
const MAX_DEPTH = 5;

function deep(value: unknown, redact: Redact, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (value instanceof Error) return redact(value.message);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > MAX_DEPTH) return '[...]';
  if (Array.isArray(value)) return value.map((item) => deep(item, redact, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [redact(name), deep(child, redact, depth + 1)]),
  );
}
