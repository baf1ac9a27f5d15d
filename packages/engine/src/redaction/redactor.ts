import { needles } from './needles.ts';
import { plainText, type Span } from './plain-text.ts';

/** Shorter values are words rather than secrets: taking them out would garble every text. */
const MIN_LENGTH = 5;

export type Redact = <T extends string | undefined>(text: T) => T;

export interface Redactor extends Redact {
  /** One more that only the run itself brought about, such as an access token. */
  learn(secret: unknown): void;
  /** What it looks for. */
  needles(): readonly string[];
}

/**
 * Takes every secret value out of a text, however it is escaped. Remote services and libraries like to echo what they
 * were given. A redactor among the secrets stands for all of its own.
 */
export function redactor(...secrets: unknown[]): Redactor {
  return redactorFrom(MIN_LENGTH, () => secrets);
}

/** As `redactor`; the secrets are asked for when the first text comes. */
export function lazyRedactor(secrets: () => unknown[]): Redactor {
  return redactorFrom(MIN_LENGTH, secrets);
}

/** Where requests are shown as they are. Shorter values would be told by the holes that they leave in known texts. */
const STRICT_MIN_LENGTH = 3;

/** As `redactor`, shorter values too: for what shows requests as they are. */
export function strictRedactor(...secrets: unknown[]): Redactor {
  return redactorFrom(STRICT_MIN_LENGTH, () => secrets);
}

function redactorFrom(minLength: number, given: () => unknown[]): Redactor {
  const learned: unknown[] = [];
  // Most runs have no text to take anything out of.
  let own: string[] | undefined;
  let others: Redactor[] = [];
  const all = () => {
    if (own === undefined) {
      const secrets = [...given(), ...learned];
      others = secrets.filter(isRedactor);
      own = needles(
        secrets.filter((secret) => !isRedactor(secret)),
        minLength,
      );
    }
    return others.length === 0 ? own : [...own, ...others.flatMap((other) => other.needles())];
  };
  const redact = ((text: string | undefined) => (text ? without(text, all()) : text)) as Redactor;
  redact.learn = (secret) => {
    learned.push(secret);
    own = undefined;
  };
  redact.needles = all;
  return redact;
}

function isRedactor(value: unknown): value is Redactor {
  return typeof value === 'function';
}

/** Everywhere at once: what one secret leaves of a text must not hide another one, which it may be part of. */
function without(text: string, sought: readonly string[]): string {
  const found = spans(text, sought);
  const plain = plainText(text);
  if (plain.text !== text) {
    for (const { start, end } of spans(plain.text, sought)) found.push(plain.origin(start, end));
  }
  if (found.length === 0) return text;
  let result = '';
  let done = 0;
  for (const { start, end } of merged(found)) {
    result += `${text.slice(done, start)}[redacted]`;
    done = end;
  }
  return result + text.slice(done);
}

function spans(text: string, sought: readonly string[]): Span[] {
  const found: Span[] = [];
  for (const needle of sought) {
    for (let start = text.indexOf(needle); start !== -1; start = text.indexOf(needle, start + needle.length))
      found.push({ start, end: start + needle.length });
  }
  return found;
}

function merged(found: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...found].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else result.push({ ...span });
  }
  return result;
}
