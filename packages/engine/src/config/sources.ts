import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { messageOf } from '@patchbay/kit';
import { StartupError } from '../errors/index.ts';
import { unknownSetting } from './problems.ts';
import { type SettingKey, settings } from './settings/index.ts';
import { yamlProblems } from './yaml-problems.ts';

/** Settings as they were written, before validation: key to value. */
export type RawSettings = Partial<Record<SettingKey, unknown>>;

export interface Collected {
  values: RawSettings;
  problems: string[];
  /** Keys that belong to other parts of a kibana.yml. */
  ignored: string[];
  /** Keys of the reference that have no meaning here. */
  withoutEffect: string[];
  /** Every path that was written, of maps too. */
  present: Set<string>;
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
  'savedObjects',
  'xpack.stack_connectors',
  'elasticsearch',
];

/** Keys of the reference below our prefixes that a working kibana.yml may have, and that mean nothing here. */
const WITHOUT_EFFECT = [
  'elasticsearch.compression',
  'elasticsearch.healthCheck',
  'elasticsearch.ignoreVersionMismatch',
  'elasticsearch.logQueries',
  'elasticsearch.maxIdleSockets',
  'elasticsearch.maxSockets',
  'elasticsearch.pingTimeout',
  'elasticsearch.publicBaseUrl',
  'elasticsearch.requestHeadersWhitelist',
  'elasticsearch.shardTimeout',
  'elasticsearch.sniffInterval',
  'elasticsearch.sniffOnConnectionFault',
  'elasticsearch.sniffOnStart',
  'elasticsearch.ssl.alwaysPresentCertificate',
  'elasticsearch.ssl.truststore',
  'logging.appenders',
  'logging.loggers',
  'logging.root.appenders',
  'savedObjects.allowHttpApiAccess',
  'server.autoListen',
  'server.cdn',
  'server.compression',
  'server.cors',
  'server.customResponseHeaders',
  'server.keepaliveTimeout',
  'server.protocol',
  'server.http2',
  'server.requestId',
  'server.securityResponseHeaders',
  'server.socketTimeout',
  'server.payloadTimeout',
  'server.ssl.redirectHttpFromPort',
  'server.ssl.truststore',
  'server.uuid',
  'server.versioned',
  'xpack.encryptedSavedObjects.hideSAOs',
  'xpack.spaces.defaultSolution',
  'xpack.spaces.experimental',
];

/** Loaded when there is a file to read: most starts have none, and it is a tenth of what they would load. */
function yaml(): typeof import('yaml') {
  return createRequire(import.meta.url)('yaml');
}

/** Reads a YAML file of dotted or nested keys, `${NAME}` and `${NAME:default}` replaced from the environment. */
export function readFile(path: string, environment: NodeJS.ProcessEnv): Collected {
  const tree = readTree(path);
  const collected: Collected = {
    values: {},
    problems: [],
    ignored: [],
    withoutEffect: [],
    present: new Set(),
  };
  if (!isMap(tree)) {
    collected.problems.push(`${path}: expected a map of settings`);
    return collected;
  }
  collect(tree, '', collected);
  for (const key of keys) {
    const missing = (name: string) =>
      collected.problems.push(`${key}: Unknown environment variable referenced in config : ${name}`);
    if (key in collected.values)
      collected.values[key] = substitute(collected.values[key], environment, missing);
  }
  seenFrom(dirname(path), collected.values);
  return collected;
}

const MODULES = 'patchbay.connectorTypes';

/** Files that are named from a folder get their whole path. A list that is none is found out later. */
function seenFrom(folder: string, values: RawSettings): void {
  const named = settings[MODULES].safeParse(values[MODULES]);
  if (values[MODULES] === undefined || !named.success) return;
  values[MODULES] = named.data.map((name) => (/^\.{1,2}\//.test(name) ? resolve(folder, name) : name));
}

function readTree(path: string): unknown {
  const { LineCounter, parseDocument } = yaml();
  const lineCounter = new LineCounter();
  try {
    const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter, prettyErrors: false });
    const [problem] = yamlProblems(document.errors, lineCounter);
    // The first: those after it are mostly its consequences.
    if (problem !== undefined) throw new Error(problem);
    return withAliases(document) ?? {};
  } catch (cause) {
    throw new StartupError(`Cannot read the configuration file ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** The parser's own message quotes the alias, which may be a password that begins with an asterisk. */
function withAliases(document: { toJS(): unknown }): unknown {
  try {
    return document.toJS();
  } catch {
    throw new Error('an alias in it leads nowhere, or to too much');
  }
}

/** The place of a preconfigured connector's secret; the id may have dots. */
const PRECONFIGURED_SECRET = /^xpack\.actions\.preconfigured\.(.+)\.secrets\.([^.]+)$/;

/** Settings from a keystore: whole ones, or parts of them such as a preconfigured connector's secrets. */
export function readKeystore(entries: Record<string, string>): Pick<Collected, 'values' | 'problems'> {
  const read: Pick<Collected, 'values' | 'problems'> = { values: {}, problems: [] };
  for (const [path, value] of Object.entries(entries)) {
    const place = placeOf(path);
    if (place === undefined) {
      read.problems.push(unknownSetting(path, keys));
    } else {
      put(read.values, place, value);
    }
  }
  return read;
}

/** What is wrong with a name for a keystore's entry; undefined: nothing. */
export function keystoreKeyProblem(path: string): string | undefined {
  return placeOf(path) === undefined ? unknownSetting(path, keys) : undefined;
}

/** A setting, or a part inside one. */
interface Place {
  key: SettingKey;
  inside: string[];
}

/** Adds a value to what was written of its setting before. */
function put(values: RawSettings, { key, inside }: Place, value: unknown): void {
  const nested = inside.reduceRight<unknown>((child, step) => ({ [step]: child }), value);
  values[key] = mergeValue(values[key], nested);
}

function placeOf(path: string): Place | undefined {
  const [, id, field] = PRECONFIGURED_SECRET.exec(path) ?? [];
  if (id !== undefined && field !== undefined)
    return { key: 'xpack.actions.preconfigured', inside: [id, 'secrets', field] };
  const key = keys.find((known) => path === known || path.startsWith(`${known}.`));
  return key && { key, inside: path === key ? [] : path.slice(key.length + 1).split('.') };
}

/** Settings from variables named as in Kibana's container image: `SERVER_PORT`, `XPACK_ACTIONS_ALLOWEDHOSTS`. */
export function readEnvironment(environment: NodeJS.ProcessEnv): RawSettings {
  const values: RawSettings = {};
  for (const key of keys) {
    const text = environment[environmentName(key)];
    // The image passes empty ones over, so that a compose file may hand on what is not set.
    if (text) values[key] = text;
  }
  seenFrom('.', values);
  return values;
}

/** OpenTelemetry's own variables, which every service that is traced may be given. A setting of ours goes before them. */
export function readTelemetryEnvironment(environment: NodeJS.ProcessEnv): RawSettings {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return {};
  const values: RawSettings = {};
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME } = environment;
  if (OTEL_EXPORTER_OTLP_ENDPOINT) values['patchbay.tracing.endpoint'] = OTEL_EXPORTER_OTLP_ENDPOINT;
  if (OTEL_SERVICE_NAME) values['patchbay.tracing.serviceName'] = OTEL_SERVICE_NAME;
  if (OTEL_EXPORTER_OTLP_HEADERS)
    values['patchbay.tracing.headers'] = headersFrom(OTEL_EXPORTER_OTLP_HEADERS);
  return values;
}

/** `name=value,name=value`, percent-encoded. https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
function headersFrom(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(
    pairs.flatMap(([name = '', value = '']) =>
      name.trim() === '' ? [] : [[name.trim(), decoded(value.trim())]],
    ),
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export function environmentName(key: SettingKey): string {
  return key.replaceAll('.', '_').toUpperCase();
}

/** Later values win; maps are merged entry by entry, at every depth. */
export function merge(...sources: RawSettings[]): RawSettings {
  const merged: RawSettings = {};
  for (const source of sources) {
    for (const key of keys) {
      if (source[key] !== undefined) merged[key] = mergeValue(merged[key], source[key]);
    }
  }
  return merged;
}

function mergeValue(before: unknown, after: unknown): unknown {
  if (!isMap(before) || !isMap(after)) return after;
  const changed = Object.entries(after).map(([name, value]) => [name, mergeValue(before[name], value)]);
  // Not by assignment: a map may have an entry called `__proto__`.
  return Object.fromEntries([...Object.entries(before), ...changed]);
}

function collect(tree: Record<string, unknown>, prefix: string, into: Collected): void {
  for (const [name, value] of Object.entries(tree)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    into.present.add(path);
    const place = placeOf(path);
    if (place !== undefined) {
      put(into.values, place, value);
    } else if (keys.some((key) => key.startsWith(`${path}.`)) && (isMap(value) || value === null)) {
      collect(value ?? {}, path, into);
    } else if (WITHOUT_EFFECT.some((key) => path === key || path.startsWith(`${key}.`))) {
      into.withoutEffect.push(path);
    } else if (OWNED.some((owned) => path === owned || path.startsWith(`${owned}.`))) {
      into.problems.push(unknownSetting(path, keys));
    } else if (isMap(value) && OWNED.some((owned) => owned.startsWith(`${path}.`))) {
      collect(value, path, into);
    } else {
      into.ignored.push(path);
    }
  }
}

function substitute(
  value: unknown,
  environment: NodeJS.ProcessEnv,
  missing: (name: string) => void,
): unknown {
  if (typeof value === 'string') {
    // `${env:NAME}` and `${file:/path}` are secret references, which are resolved when a secret is used.
    return value.replace(
      /\$\{(?!env:|file:)([^}:]+)(?::([^}]*))?\}/g,
      (whole, name: string, fallback?: string) => {
        const found = environment[name] ?? fallback;
        if (found === undefined) missing(name);
        return found ?? whole;
      },
    );
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, environment, missing));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, substitute(child, environment, missing)]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
