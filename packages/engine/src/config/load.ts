import { dirname, join, resolve } from 'node:path';
import { StartupError } from '../errors/index.ts';
import { KEYSTORE_FILE, keystoreExists, openKeystore } from './keystore.ts';
import { settingProblems } from './problems.ts';
import { crossProblems, crossWarnings } from './rules.ts';
import { type SettingKey, type Settings, settings, UNUSED_ACTIONS_SETTINGS } from './settings/index.ts';
import {
  type Collected,
  merge,
  type RawSettings,
  readEnvironment,
  readFile,
  readKeystore,
  readTelemetryEnvironment,
} from './sources.ts';

export interface LoadOptions {
  /** YAML files, later ones win. */
  files: readonly string[];
  /** Wins over the files and the keystore, which wins over the files. */
  environment: NodeJS.ProcessEnv;
  /** Wins over everything. */
  overrides?: RawSettings;
}

export interface LoadedSettings {
  settings: Settings;
  /** What the first start sets as the password of the user `elastic`; undefined: a generated one. */
  firstPassword: string | undefined;
  /** A line each, to be logged. */
  warnings: string[];
  /** Folders of the configuration files, the last one first; without a file, the current one. */
  folders: readonly string[];
}

/** Reads, merges and validates all settings. Throws `StartupError` with one line a problem. */
export function loadSettings({ files, environment, overrides = {} }: LoadOptions): LoadedSettings {
  const read = files.map((file) => readFile(file, environment));
  const problems = read.flatMap((file) => file.problems);
  const fromFiles = read.map((file) => file.values);
  const fromEnvironment = readEnvironment(environment);
  const keystore = readKeystore(keystoreValues(merge(...fromFiles, fromEnvironment, overrides), environment));
  problems.push(...keystore.problems);
  const raw = merge(
    readTelemetryEnvironment(environment),
    ...fromFiles,
    keystore.values,
    fromEnvironment,
    overrides,
  );
  const present = new Set([...read.flatMap((file) => [...file.present]), ...Object.keys(raw)]);
  const validated = validate(raw, present, problems);
  if (problems.length > 0) {
    throw new StartupError(
      `The configuration has mistakes:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
  return {
    settings: validated,
    firstPassword: environment.ELASTIC_PASSWORD || undefined,
    warnings: warningsOf(read, raw, validated),
    folders: files.length === 0 ? [resolve('.')] : files.map((file) => resolve(dirname(file))).reverse(),
  };
}

/** Where the data is, read also where other settings are missing or wrong. Throws `StartupError`. */
export function findDataFolder({ files, environment }: LoadOptions): string {
  const written = merge(
    ...files.map((file) => readFile(file, environment).values),
    readEnvironment(environment),
  );
  const folder = settings['path.data'].safeParse(written['path.data']).data;
  if (folder === undefined) throw new StartupError('path.data: expected a folder.');
  return folder;
}

/** What the keystore in the data folder holds, if there is one. */
function keystoreValues(raw: RawSettings, environment: NodeJS.ProcessEnv): Record<string, string> {
  const folder = settings['path.data'].safeParse(raw['path.data']).data;
  if (folder === undefined || !keystoreExists(join(folder, KEYSTORE_FILE))) return {};
  return openKeystore(join(folder, KEYSTORE_FILE), environment.PATCHBAY_KEYSTORE_PASSWORD).values();
}

function validate(raw: RawSettings, present: ReadonlySet<string>, problems: string[]): Settings {
  const values: Partial<Record<SettingKey, unknown>> = {};
  for (const key of Object.keys(settings) as SettingKey[]) {
    const given = fromText(key, raw[key]);
    const parsed = settings[key].safeParse(given);
    if (parsed.success) values[key] = parsed.data;
    else problems.push(...settingProblems(key, given, parsed.error.issues));
  }
  problems.push(...crossProblems(values as Partial<Settings>, present));
  return values as Settings;
}

/** What a person who wrote the settings should know, though it is no reason not to start. */
function warningsOf(read: readonly Collected[], raw: RawSettings, values: Settings): string[] {
  const ignored = read.flatMap((file) => file.ignored);
  const withoutEffect = [
    ...read.flatMap((file) => file.withoutEffect),
    ...Object.keys(raw).filter((key) => UNUSED_ACTIONS_SETTINGS.some((unused) => key.startsWith(unused))),
  ];
  return [
    ...crossWarnings(values),
    ...(ignored.length > 0
      ? [`settings of other parts of the stack are ignored: ${ignored.join(', ')}`]
      : []),
    ...(withoutEffect.length > 0 ? [`settings without effect here: ${withoutEffect.join(', ')}`] : []),
  ];
}

/** A number, boolean or map that came as text, from a variable or `${NAME}`, is read as JSON. */
function fromText(key: SettingKey, value: unknown): unknown {
  if (typeof value !== 'string' || takesText(key)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Whether a setting takes any text as it stands, so that digits in it must not become a number. */
function takesText(key: SettingKey): boolean {
  return settings[key].safeParse('x'.repeat(40)).success;
}
