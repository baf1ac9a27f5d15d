import type { z } from 'zod';

/** What is wrong with a setting, in one line: where, why, and what was found there. Never tells a secret. */

/** Parts of a setting's path behind which nothing is shown. */
const SECRET =
  /password|secret|passphrase|token|headers|encryptionkey|decryptiononlykeys|apikey|proxyurl|preconfigured|connectorsettings|certificateauthoritiesdata|store\.url/i;

const MAX_SHOWN = 80;

const ACTIONS = 'xpack.actions.';

export function settingProblems(key: string, value: unknown, issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.map((issue) => {
    const path = [key, ...issue.path.map(String)].join('.');
    const found = at(value, issue.path);
    return `${path}: ${reason(path, issue, found)} (found ${shown(path, found)})`;
  });
}

/** A key that nobody knows, with the nearest one that somebody does. */
export function unknownSetting(path: string, known: readonly string[]): string {
  const nearest = nearestOf(path, known);
  return `${path}: unknown setting${nearest === undefined ? '' : `, did you mean ${nearest}?`}`;
}

export function shown(path: string, value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string' && (SECRET.test(path) || value.includes('@')))
    return `a string of ${value.length} characters`;
  if (typeof value === 'object' && value !== null && SECRET.test(path)) {
    return Array.isArray(value) ? `a list of ${value.length}` : 'a map';
  }
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

/** For the actions' settings in the reference's words, where it has some. */
function reason(path: string, issue: z.core.$ZodIssue, found: unknown): string {
  const reference = path.startsWith(ACTIONS) ? referenceReason(issue, found) : undefined;
  return reference === undefined ? issue.message : `[${path.slice(ACTIONS.length)}]: ${reference}`;
}

function referenceReason(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (issue.code === 'invalid_type')
    return `expected value of type [${issue.expected === 'record' ? 'object' : issue.expected}] but got [${typeName(found)}]`;
  if (issue.code === 'too_small' && issue.origin === 'array') {
    return `array size is [${(found as unknown[]).length}], but cannot be smaller than [${issue.minimum}]`;
  }
  if (issue.code === 'too_small' && issue.origin !== 'string')
    return `Value must be equal to or greater than [${issue.minimum}].`;
  if (issue.code === 'too_big' && issue.origin !== 'string')
    return `Value must be equal to or lower than [${issue.maximum}].`;
  return undefined;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, step) =>
      typeof inside === 'object' && inside !== null && Object.hasOwn(inside, step)
        ? (inside as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'Array';
  return typeof value;
}

/** Further apart than a third of its length, a key is another one and no slip. */
function nearestOf(path: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(2, path.length / 3);
  for (const key of known) {
    const apart = distance(path.toLowerCase(), key.toLowerCase());
    if (apart < least) [least, nearest] = [apart, key];
  }
  return nearest;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
