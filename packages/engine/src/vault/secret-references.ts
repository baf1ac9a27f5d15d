import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { InternalError } from '../errors/index.ts';

/**
 * A secret may be kept elsewhere: a value that is just `${env:NAME}` or `${file:/path}` is stored as it stands and
 * looked up when the secret is used. Which variables and folders may be named is the operator's to say.
 */
export interface SecretReferences {
  /**
   * The value with every reference in it, at any depth, replaced by what it names; itself when there is none. Throws
   * `SecretReferenceError`, which tells the reference and never what it leads to. `nameOf` is what texts call a place
   * in the value.
   */
  resolve<T>(value: T, nameOf: (path: readonly string[]) => string): T;
}

export interface SecretReferenceOptions {
  environment: NodeJS.ProcessEnv;
  /** Names, or their beginnings and `*`. */
  allowedVariables: readonly string[];
  /** Folders, absolute. */
  allowedFolders: readonly string[];
}

/** A reference does not lead to a secret, or to one that cannot be used. */
export class SecretReferenceError extends InternalError {}

const REFERENCE = /^\$\{(env|file):(.+)\}$/s;

const MAX_FILE_BYTES = 64 * 1024;

export function isSecretReference(value: string): boolean {
  return REFERENCE.test(value);
}

export function createSecretReferences({
  environment,
  allowedVariables,
  allowedFolders,
}: SecretReferenceOptions): SecretReferences {
  function look(kind: string, name: string, refuse: (why: string) => never): string {
    if (kind === 'file') return readSecretFile(name, allowedFolders, refuse);
    const isAllowed = allowedVariables.some((allowed) =>
      allowed.endsWith('*') ? name.startsWith(allowed.slice(0, -1)) : name === allowed,
    );
    if (!isAllowed) refuse('patchbay.secretReferences.environment does not allow it');
    return environment[name] ?? refuse('there is no such environment variable');
  }

  function resolve(
    value: unknown,
    nameOf: (path: readonly string[]) => string,
    path: readonly string[] = [],
  ): unknown {
    if (typeof value === 'string') {
      const [, kind, name] = value.startsWith('${') ? (REFERENCE.exec(value) ?? []) : [];
      if (kind === undefined || name === undefined) return value;
      return look(kind, name, (why) => {
        throw new SecretReferenceError(
          `${nameOf(path)}: the secret reference ${value} does not lead to a secret: ${why}`,
        );
      });
    }
    if (Array.isArray(value))
      return unchanged(
        value,
        value.map((item, index) => resolve(item, nameOf, [...path, `${index}`])),
      );
    if (typeof value !== 'object' || value === null) return value;
    let isChanged = false;
    const entries = Object.entries(value).map(([key, child]) => {
      const resolved = resolve(child, nameOf, [...path, key]);
      isChanged ||= resolved !== child;
      return [key, resolved];
    });
    return isChanged ? Object.fromEntries(entries) : value;
  }

  return {
    // Most secrets are what they are: looking is cheaper than building them anew.
    resolve: <T>(value: T, nameOf: (path: readonly string[]) => string) =>
      holdsReference(value) ? (resolve(value, nameOf) as T) : value,
  };
}

function holdsReference(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith('${');
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) {
    if (holdsReference((value as Record<string, unknown>)[key])) return true;
  }
  return false;
}

/** `validated` with the references of `given` in their places again, so that they are what is stored. */
export function withReferences(given: unknown, validated: unknown): unknown {
  if (typeof given === 'string') return isSecretReference(given) ? given : validated;
  if (typeof given !== 'object' || given === null) return validated;
  if (typeof validated !== 'object' || validated === null) return validated;
  if (Array.isArray(validated))
    return validated.map((item, index) => withReferences((given as unknown[])[index], item));
  return Object.fromEntries(
    Object.entries(validated).map(([key, child]) => [
      key,
      Object.hasOwn(given, key) ? withReferences((given as Record<string, unknown>)[key], child) : child,
    ]),
  );
}

function unchanged(before: unknown[], after: unknown[]): unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}

function readSecretFile(path: string, folders: readonly string[], refuse: (why: string) => never): string {
  let real: string;
  let allowed: string[];
  try {
    // Where it leads to in the end, links and dots resolved, is what must be inside.
    real = realpathSync(path);
    allowed = folders.map((folder) => realpathSync(folder));
  } catch {
    return refuse('there is no such file, or patchbay.secretReferences.folders does not allow it');
  }
  if (!allowed.some((folder) => real.startsWith(folder.endsWith(sep) ? folder : folder + sep)))
    refuse('there is no such file, or patchbay.secretReferences.folders does not allow it');
  try {
    const file = openSync(real, 'r');
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return refuse('it is no file');
      if (stats.size > MAX_FILE_BYTES) return refuse(`the file is larger than ${MAX_FILE_BYTES} bytes`);
      const bytes = Buffer.alloc(stats.size);
      return bytes.toString('utf8', 0, readSync(file, bytes)).replace(/\r?\n$/, '');
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof SecretReferenceError) throw error;
    return refuse('the file cannot be read');
  }
}
