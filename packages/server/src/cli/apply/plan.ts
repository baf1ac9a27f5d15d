import { isDeepStrictEqual } from 'node:util';
import type { Entry } from './entries.ts';

/** A connector as the server shows it. */
export interface Current {
  id: string;
  name: string;
  connector_type_id: string;
  config?: Record<string, unknown> | undefined;
  is_preconfigured: boolean;
  is_missing_secrets?: boolean | undefined;
  /** As the server shows them; undefined where the file does not ask for any. */
  settings?: Record<string, unknown> | undefined;
}

interface StepFacts {
  id: string;
  name: string;
  typeId: string;
  /** Field paths, without values: a URL in a config may hold a token. */
  changes: string[];
}

export type Step =
  | (StepFacts & { action: 'create'; entry: Entry })
  | (StepFacts & { action: 'update'; entry: Entry; parts: { connector: boolean; settings: boolean } })
  | (StepFacts & { action: 'delete' | 'unchanged' });

export interface PlanOptions {
  prune: boolean;
  /** Sets the secrets of every entry that has some: whether they differ cannot be seen. */
  updateSecrets: boolean;
}

/** What makes the server's connectors those of the file; a connector after those that it names, deletions last. */
export function makePlan(
  entries: readonly Entry[],
  current: readonly Current[],
  { prune, updateSecrets }: PlanOptions,
): { steps: Step[]; problems: string[] } {
  const byId = new Map(current.map((connector) => [connector.id, connector]));
  const problems: string[] = [];
  const steps: Step[] = [];
  for (const entry of afterThoseNamed(entries)) {
    const existing = byId.get(entry.id);
    if (existing?.is_preconfigured) {
      problems.push(`${entry.where}: id: is the id of a preconfigured connector, which cannot be changed`);
    } else if (existing !== undefined && existing.connector_type_id !== entry.typeId) {
      problems.push(
        `${entry.where}: connector_type_id: the connector is a ${existing.connector_type_id}, and the type cannot be changed`,
      );
    } else {
      steps.push(existing === undefined ? creation(entry) : change(entry, existing, updateSecrets));
    }
  }
  const wanted = new Set(entries.map(({ id }) => id));
  if (prune) {
    for (const { id, name, connector_type_id: typeId, is_preconfigured: isPreconfigured } of current) {
      if (!isPreconfigured && !wanted.has(id))
        steps.push({ action: 'delete', id, name, typeId, changes: [] });
    }
  }
  return { steps, problems };
}

/** In the order of the file, but that a connector that another one's settings name comes before it. */
function afterThoseNamed(entries: readonly Entry[]): Entry[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const ordered = new Set<Entry>();
  const underWay = new Set<Entry>();
  function add(entry: Entry): void {
    if (ordered.has(entry) || underWay.has(entry)) return;
    underWay.add(entry);
    for (const id of namedIn(entry.settings)) {
      const named = byId.get(id);
      if (named !== undefined) add(named);
    }
    ordered.add(entry);
  }
  for (const entry of entries) add(entry);
  return [...ordered];
}

/** Ids of the connectors that settings name, which were checked when the file was read. */
function namedIn(settings: Entry['settings']): string[] {
  const { fallback, notices } = (settings?.delivery ?? {}) as Record<string, { connector_id: string }>;
  return [fallback?.connector_id, notices?.connector_id].filter((id) => id !== undefined);
}

function creation(entry: Entry): Step {
  const { id, name, typeId } = entry;
  const changes = [
    ...(hasSecrets(entry.secrets) ? ['secrets: will be set'] : []),
    ...(entry.settings === undefined ? [] : ['settings']),
    ...(hasSecrets(entry.settings?.secrets) ? ['settings.secrets: will be set'] : []),
  ];
  return { action: 'create', id, name, typeId, changes, entry };
}

function change(entry: Entry, existing: Current, updateSecrets: boolean): Step {
  const { id, name, typeId } = entry;
  const visible = [
    ...(name === existing.name ? [] : ['name']),
    ...(entry.fullConfig === undefined
      ? differences(pick(existing.config ?? {}, Object.keys(entry.config)), entry.config, 'config')
      : differences(existing.config ?? {}, entry.fullConfig, 'config')),
    ...(existing.is_missing_secrets && hasSecrets(entry.secrets) ? ['secrets are missing'] : []),
  ];
  const settings = entry.settings === undefined ? [] : settingsDifferences(entry.settings, existing.settings);
  const parts = {
    connector: visible.length > 0 || (updateSecrets && hasSecrets(entry.secrets)),
    settings: settings.length > 0 || (updateSecrets && hasSecrets(entry.settings?.secrets)),
  };
  if (!parts.connector && !parts.settings) return { action: 'unchanged', id, name, typeId, changes: [] };
  const changes = [
    ...visible,
    // An update replaces the secrets too: the server keeps none that the file does not have.
    ...(parts.connector
      ? [hasSecrets(entry.secrets) ? 'secrets: will be set' : 'secrets: none in the file']
      : []),
    ...settings,
    ...(parts.settings && hasSecrets(entry.settings?.secrets) ? ['settings.secrets: will be set'] : []),
  ];
  return { action: 'update', id, name, typeId, changes, entry, parts };
}

function settingsDifferences(
  { secrets = {}, ...wanted }: Record<string, unknown>,
  { secrets_set: secretsSet = [], ...visible }: Record<string, unknown> = {},
): string[] {
  const wantedNames = Object.keys(secrets as object).sort();
  const names = [...(secretsSet as string[])].sort();
  return [
    ...differences(visible, wanted, 'settings'),
    ...(isDeepStrictEqual(names, wantedNames) ? [] : ['settings.secrets']),
  ];
}

function hasSecrets(secrets: unknown): boolean {
  return isMap(secrets) && Object.keys(secrets).length > 0;
}

function pick(map: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => keys.includes(key)));
}

/** Paths at which two values differ. */
function differences(before: unknown, after: unknown, path: string): string[] {
  if (!isMap(before) || !isMap(after)) return isDeepStrictEqual(before, after) ? [] : [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], `${path}.${key}`));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
