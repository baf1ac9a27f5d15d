import { connectorSettings } from '@patchbay/engine/catalog';
import type { ConnectorType } from '@patchbay/kit';
import { z } from 'zod';
import { snakeCased } from '../../wire/snake-case.ts';

/** A connector as the file wants it, secrets filled in. */
export interface Entry {
  /** File, document and place in the list, for messages. */
  where: string;
  id: string;
  name: string;
  typeId: string;
  config: Record<string, unknown>;
  /** As the server will store it, with what is not written filled in; undefined for a type not known here. */
  fullConfig: Record<string, unknown> | undefined;
  secrets: Record<string, unknown>;
  /** The body of the connector's settings; undefined: they are left as they are. */
  settings: Record<string, unknown> | undefined;
}

const map = z.record(z.string(), z.unknown());

const written = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(36)
    .regex(/^[a-z0-9-]+$/, 'only lower case letters, digits and hyphens are allowed'),
  name: z.string().min(1),
  connector_type_id: z.string().min(1),
  config: map.default({}),
  secrets: map.default({}),
  settings: map.optional(),
});

const settingsBody = snakeCased(connectorSettings);

const documentSchema = z.strictObject({ connectors: z.array(z.unknown()) });

export interface EntriesOptions {
  /** How messages call the file. */
  file: string;
  environment: NodeJS.ProcessEnv;
  types: readonly ConnectorType[];
}

/** Entries of all documents, or everything that is wrong with them, a line each: file, entry, field path. */
export function readEntries(
  documents: readonly unknown[],
  { file, environment, types }: EntriesOptions,
): { entries: Entry[]; problems: string[] } {
  const entries: Entry[] = [];
  const problems: string[] = [];
  for (const [index, document] of documents.entries()) {
    // An empty document, such as what follows a last `---`.
    if (document === null) continue;
    const name = documents.length === 1 ? file : `${file}: document ${index + 1}`;
    const parsed = documentSchema.safeParse(document);
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => `${name}: ${issueText(issue)}`));
      continue;
    }
    for (const [place, value] of parsed.data.connectors.entries()) {
      const entry = readEntry(value, `${name}: connectors[${place}]`, { environment, types, problems });
      if (entry !== undefined) entries.push(entry);
    }
  }
  // An empty file, such as a broken pipe leaves behind, must not mean: no connectors.
  if (documents.every((document) => document === null)) {
    problems.push(`${file}: is empty; for no connectors, write "connectors: []"`);
  }
  return { entries, problems: [...problems, ...duplicates(entries)] };
}

interface EntryOptions extends Omit<EntriesOptions, 'file'> {
  problems: string[];
}

function readEntry(value: unknown, place: string, options: EntryOptions): Entry | undefined {
  const { environment, types, problems } = options;
  const where = `${place}${labelOf(value)}`;
  const parsed = written.safeParse(value);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => `${where}: ${issueText(issue)}`));
    return undefined;
  }
  const { id, name, connector_type_id: typeId, config, secrets, settings } = parsed.data;
  const report = (problem: string) => problems.push(`${where}: ${problem}`);
  const full = types.find((type) => type.id === typeId)?.config.safeParse(config);
  if (full?.success === false) {
    for (const issue of full.error.issues) report(issueText(issue, ['config']));
  }
  return {
    where,
    id,
    name,
    typeId,
    config,
    fullConfig: full?.success ? (full.data as Record<string, unknown>) : undefined,
    secrets: fillIn(secrets, 'secrets', environment, report) as Record<string, unknown>,
    settings: settings && readSettings(settings, environment, report),
  };
}

/** Checked as the server will check them: found out before anything is changed. */
function readSettings(
  written: Record<string, unknown>,
  environment: NodeJS.ProcessEnv,
  report: (problem: string) => void,
): Record<string, unknown> {
  if (!('secrets' in written)) {
    reportSettings(written, report);
    return written;
  }
  let isComplete = true;
  const secrets = fillIn(written.secrets, 'settings.secrets', environment, (problem) => {
    isComplete = false;
    report(problem);
  });
  const settings = { ...written, secrets };
  if (isComplete) reportSettings(settings, report);
  return settings;
}

function reportSettings(settings: Record<string, unknown>, report: (problem: string) => void): void {
  const { error } = settingsBody.safeParse(settings);
  for (const issue of error?.issues ?? []) report(issueText(issue, ['settings']));
}

function labelOf(value: unknown): string {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' ? ` (${id})` : '';
}

/** Without values: a part of a message that quotes one could quote a secret. */
function issueText(issue: z.core.$ZodIssue, inside: readonly string[] = []): string {
  const path = [...inside, ...issue.path].map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/** `${NAME}` is the variable's value, `$${NAME}` stays `${NAME}`; `${env:NAME}` is left to the server. */
const VARIABLE = /\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

function fillIn(
  value: unknown,
  path: string,
  environment: NodeJS.ProcessEnv,
  report: (problem: string) => void,
): unknown {
  if (typeof value === 'string') {
    return value.replace(VARIABLE, (whole, name: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      const found = environment[name];
      if (found === undefined) report(`${path}: the environment variable ${name} is not set`);
      return found ?? '';
    });
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => fillIn(item, `${path}.${index}`, environment, report));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, fillIn(child, `${path}.${key}`, environment, report)]),
  );
}

function duplicates(entries: readonly Entry[]): string[] {
  const first = new Map<string, Entry>();
  const problems: string[] = [];
  for (const entry of entries) {
    const before = first.get(entry.id);
    if (before === undefined) first.set(entry.id, entry);
    else problems.push(`${entry.where}: id: is the id of another entry, ${before.where}`);
  }
  return problems;
}
