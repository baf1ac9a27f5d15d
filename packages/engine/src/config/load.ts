import { StartupError } from '../errors/index.ts';
import { type SettingKey, type Settings, settings } from './settings.ts';
import { merge, type RawSettings, readEnvironment, readFile } from './sources.ts';

export interface LoadOptions {
  /** YAML files, later ones win. */
  files: readonly string[];
  /** Wins over the files. */
  environment: NodeJS.ProcessEnv;
  /** Wins over everything. */
  overrides?: RawSettings;
}

export interface LoadedSettings {
  settings: Settings;
  /** What the first start sets as the password of the user `elastic`; undefined: a generated one. */
  firstPassword: string | undefined;
  /** Keys in the files that are other parts' business, such as `elasticsearch.hosts`. */
  ignored: string[];
}

/** Reads, merges and validates all settings. Throws `StartupError` with one line a problem. */
export function loadSettings({ files, environment, overrides = {} }: LoadOptions): LoadedSettings {
  const read = files.map((file) => readFile(file, environment));
  const problems = read.flatMap((file) => file.problems);
  const raw = merge(...read.map((file) => file.values), readEnvironment(environment), overrides);
  const validated = validate(raw, problems);
  if (problems.length > 0) {
    throw new StartupError(
      `The configuration has mistakes:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
  return {
    settings: validated,
    firstPassword: environment.ELASTIC_PASSWORD || undefined,
    ignored: read.flatMap((file) => file.ignored),
  };
}

function validate(raw: RawSettings, problems: string[]): Settings {
  const values: Partial<Record<SettingKey, unknown>> = {};
  for (const key of Object.keys(settings) as SettingKey[]) {
    const parsed = settings[key].safeParse(fromText(key, raw[key]));
    if (parsed.success) values[key] = parsed.data;
    else
      problems.push(
        ...parsed.error.issues.map((issue) => `${[key, ...issue.path].join('.')}: ${issue.message}`),
      );
  }
  const key = values['xpack.encryptedSavedObjects.encryptionKey'];
  const former = values['xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys'];
  if (key !== undefined && Array.isArray(former) && former.includes(key)) {
    problems.push(
      'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys: `keyRotation.decryptionOnlyKeys` cannot contain primary encryption key specified in `encryptionKey`.',
    );
  }
  return values as Settings;
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
