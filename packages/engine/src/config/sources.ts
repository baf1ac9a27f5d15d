import { readFileSync } from 'node:fs';
import { messageOf } from '@patchbay/kit';
import { parse } from 'yaml';
import { StartupError } from '../errors/index.ts';
import { type SettingKey, settings } from './settings.ts';

/** Settings as they were written, before validation: key to value. */
export type RawSettings = Partial<Record<SettingKey, unknown>>;

export interface Collected {
  values: RawSettings;
  problems: string[];
  /** Keys that belong to other parts of a kibana.yml. */
  ignored: string[];
}

const keys = Object.keys(settings) as SettingKey[];

/** Key prefixes that are ours: a key below one of them that we do not know is a mistake. */
const OWNED = [
  'server',
  'path',
  'logging',
  'status',
  'patchbay',
  'xpack.actions',
  'xpack.encryptedSavedObjects',
  'xpack.spaces',
];

/** Reads a YAML file of dotted or nested keys, `${NAME}` and `${NAME:default}` replaced from the environment. */
export function readFile(path: string, environment: NodeJS.ProcessEnv): Collected {
  let tree: unknown;
  try {
    tree = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (cause) {
    throw new StartupError(`Cannot read the configuration file ${path}: ${messageOf(cause)}`, { cause });
  }
  const collected: Collected = { values: {}, problems: [], ignored: [] };
  if (!isMap(tree)) {
    collected.problems.push(`${path}: expected a map of settings`);
    return collected;
  }
  collect(tree, '', collected);
  collected.values = substitute(collected.values, environment, collected.problems) as RawSettings;
  return collected;
}

/** Settings from variables named as in Kibana's container image: `SERVER_PORT`, `XPACK_ACTIONS_ALLOWEDHOSTS`. */
export function readEnvironment(environment: NodeJS.ProcessEnv): RawSettings {
  const values: RawSettings = {};
  for (const key of keys) {
    const text = environment[environmentName(key)];
    if (text !== undefined) values[key] = text;
  }
  return values;
}

export function environmentName(key: SettingKey): string {
  return key.replaceAll('.', '_').toUpperCase();
}

/** Later values win; maps are merged entry by entry. */
export function merge(...sources: RawSettings[]): RawSettings {
  const merged: RawSettings = {};
  for (const source of sources) {
    for (const key of keys) {
      if (source[key] === undefined) continue;
      const [before, after] = [merged[key], source[key]];
      merged[key] = isMap(before) && isMap(after) ? { ...before, ...after } : after;
    }
  }
  return merged;
}

function collect(tree: Record<string, unknown>, prefix: string, into: Collected): void {
  for (const [name, value] of Object.entries(tree)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const known = keys.find((key) => path === key || path.startsWith(`${key}.`));
    if (known === path) {
      into.values[known] = merge({ [known]: into.values[known] }, { [known]: value })[known] ?? value;
    } else if (known !== undefined) {
      const map = isMap(into.values[known]) ? into.values[known] : {};
      setPath(map, path.slice(known.length + 1).split('.'), value);
      into.values[known] = map;
    } else if (keys.some((key) => key.startsWith(`${path}.`)) && isMap(value)) {
      collect(value, path, into);
    } else if (OWNED.some((owned) => path === owned || path.startsWith(`${owned}.`))) {
      into.problems.push(`${path}: unknown setting`);
    } else if (isMap(value) && OWNED.some((owned) => owned.startsWith(`${path}.`))) {
      collect(value, path, into);
    } else {
      into.ignored.push(path);
    }
  }
}

function setPath(map: Record<string, unknown>, path: string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (first === '__proto__') return;
  if (rest.length === 0) {
    map[first] = value;
    return;
  }
  const child = Object.hasOwn(map, first) && isMap(map[first]) ? map[first] : {};
  map[first] = child;
  setPath(child, rest, value);
}

function substitute(value: unknown, environment: NodeJS.ProcessEnv, problems: string[]): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([^}:]+)(?::([^}]*))?\}/g, (whole, name: string, fallback?: string) => {
      const found = environment[name] ?? fallback;
      if (found === undefined) problems.push(`Unknown environment variable referenced in config : ${name}`);
      return found ?? whole;
    });
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, environment, problems));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, substitute(child, environment, problems)]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
