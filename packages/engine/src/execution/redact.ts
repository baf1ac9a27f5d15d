import { createLogger, type Logger, percentEncode } from '@patchbay/kit';

/** Shorter values are words rather than secrets: taking them out would garble every text. */
const MIN_LENGTH = 5;

export type Redact = <T extends string | undefined>(text: T) => T;

export interface Redactor extends Redact {
  /** One more that only the run itself brought about, such as an access token. */
  learn(secret: unknown): void;
}

/** Takes every secret value out of a text. Remote services and libraries like to echo what they were given. */
export function redactor(...secrets: unknown[]): Redactor {
  return redactorFrom(MIN_LENGTH, secrets);
}

/** Where requests are shown as they are. Shorter values would be told by the holes that they leave in known texts. */
const STRICT_MIN_LENGTH = 3;

/** As `redactor`, shorter values too: for what shows requests as they are. */
export function strictRedactor(...secrets: unknown[]): Redactor {
  return redactorFrom(STRICT_MIN_LENGTH, secrets);
}

function redactorFrom(minLength: number, secrets: unknown[]): Redactor {
  // Most runs have no text to take anything out of.
  let known: string[] | undefined;
  const redact = ((text: string | undefined) => {
    known ??= forms(secrets, minLength);
    return known.reduce((rest, value) => rest?.replaceAll(value, '[redacted]'), text);
  }) as Redact;
  return Object.assign(redact, {
    learn(secret: unknown) {
      secrets.push(secret);
      known = undefined;
    },
  });
}

/** Takes them out of the fields too. */
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
    Object.entries(value).map(([name, child]) => [name, deep(child, redact, depth + 1)]),
  );
}

/** Every secret as it is and as it stands in JSON, in a URL, in a form and in base64; and what basic auth makes of a pair. */
function forms(secrets: readonly unknown[], minLength: number): string[] {
  const values = [...strings(secrets)]
    .filter((value) => value.length >= minLength)
    .flatMap((value) => [
      value,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value.toWellFormed()),
      percentEncode(value),
      new URLSearchParams({ v: value }).toString().slice('v='.length),
      Buffer.from(value).toString('base64'),
    ])
    .concat(secrets.flatMap(basicCredentials));
  // The longest first: a secret may be part of another one.
  return [...new Set(values)].sort((a, b) => b.length - a.length);
}

function* strings(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const child of Object.values(value)) yield* strings(child);
}

function basicCredentials(secrets: unknown): string[] {
  const { user, password } = (secrets ?? {}) as { user?: unknown; password?: unknown };
  if (typeof user !== 'string' || typeof password !== 'string') return [];
  return [Buffer.from(`${user}:${password}`).toString('base64')];
}
