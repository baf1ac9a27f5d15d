import { MAX_EMAIL_BODY_LENGTH } from './operator-settings.ts';
import type { SettingKey, Settings } from './settings/index.ts';

/** What settings say beside each other. `present` are the paths that were written, maps included. */
export function crossProblems(values: Partial<Settings>, present: ReadonlySet<string>): string[] {
  return [
    ...encryptionProblems(values),
    ...emailProblems(values, present),
    ...exportProblems(values),
    ...pairProblems(values),
    ...cookieProblems(values),
    ...delegationProblems(values),
    ...presenceProblems(values, present),
  ];
}

export function crossWarnings(values: Settings): string[] {
  const warnings: string[] = [];
  if (values['xpack.actions.proxyBypassHosts'] && values['xpack.actions.proxyOnlyHosts']) {
    warnings.push(
      'The configurations xpack.actions.proxyBypassHosts and xpack.actions.proxyOnlyHosts can not be used at the same time. The configuration xpack.actions.proxyOnlyHosts will be ignored.',
    );
  }
  return [...warnings, ...emailWarnings(values), ...roleWarnings(values)];
}

/** A SQLite file has one process, which does everything or leaves it undone. */
function roleWarnings(values: Settings): string[] {
  if (values['patchbay.store.url']?.startsWith('postgres')) return [];
  return (['api', 'worker'] as const)
    .filter((role) => !values['patchbay.roles'].includes(role))
    .map((role) => `patchbay.roles leaves out ${role}, and on SQLite no other process does its work`);
}

function emailWarnings(values: Settings): string[] {
  const key = 'xpack.actions.email.maximum_body_length';
  const length = values[key];
  if (length === 0) return [`${key} is 0: mails are sent without their messages`];
  return length !== undefined && length > MAX_EMAIL_BODY_LENGTH
    ? [`${key} is ${length}, above the maximum of ${MAX_EMAIL_BODY_LENGTH}, which is used instead`]
    : [];
}

function encryptionProblems(values: Partial<Settings>): string[] {
  const key = values['xpack.encryptedSavedObjects.encryptionKey'];
  const former = values['xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys'] ?? [];
  if (key === undefined || !former.includes(key)) return [];
  return [
    'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys: `keyRotation.decryptionOnlyKeys` cannot contain primary encryption key specified in `encryptionKey`.',
  ];
}

function exportProblems(values: Partial<Settings>): string[] {
  const isEnabled = values['patchbay.events.elasticsearch.enabled'] === true;
  if (!isEnabled || values['elasticsearch.hosts'] !== undefined) return [];
  return ['patchbay.events.elasticsearch.enabled: there is no Elasticsearch: set elasticsearch.hosts'];
}

function emailProblems(values: Partial<Settings>, present: ReadonlySet<string>): string[] {
  const email = 'xpack.actions.email';
  const isEmpty = (path: string) =>
    present.has(path) && ![...present].some((other) => other.startsWith(`${path}.`));
  if (isEmpty(email))
    return [`${email}: [email]: email.domain_allowlist or email.services must be defined (found {})`];
  const problems: string[] = [];
  if (isEmpty(`${email}.services`)) {
    problems.push(
      `${email}.services: [email.services]: email.services.enabled or email.services.ses must be defined (found {})`,
    );
  }
  if (values[`${email}.domain_allowlist`] && values[`${email}.recipient_allowlist`]) {
    problems.push(
      `${email}: [email]: email.domain_allowlist and email.recipient_allowlist can not be used at the same time`,
    );
  }
  const ses = `${email}.services.ses` as const;
  if (present.has(ses) || values[`${ses}.host`] !== undefined || values[`${ses}.port`] !== undefined) {
    if (values[`${ses}.host`] === undefined)
      problems.push(
        `${ses}.host: [email.services.ses.host]: expected value of type [string] but got [undefined]`,
      );
    if (values[`${ses}.port`] === undefined)
      problems.push(
        `${ses}.port: [email.services.ses.port]: expected value of type [number] but got [undefined]`,
      );
  }
  return problems;
}

function delegationProblems(values: Partial<Settings>): string[] {
  const key = 'patchbay.authentication.elasticsearch.enabled';
  if (values[key] !== true || values['elasticsearch.hosts'] !== undefined) return [];
  return [`${key}: there is no cluster to ask: set elasticsearch.hosts`];
}

/** Browsers drop a cookie that is for other sites' pages and not for TLS. */
function cookieProblems(values: Partial<Settings>): string[] {
  const isSecure = values['xpack.security.secureCookies'] || values['server.ssl.enabled'];
  if (values['xpack.security.sameSiteCookies'] !== 'None' || isSecure) return [];
  return [
    'xpack.security.sameSiteCookies: "None" is for cookies that are sent over TLS only: set xpack.security.secureCookies',
  ];
}

/** A certificate goes with its key. */
const PAIRS: readonly [certificate: SettingKey, key: SettingKey][] = [
  ['xpack.actions.auth.ears.ssl.certificate', 'xpack.actions.auth.ears.ssl.key'],
  ['xpack.actions.relay.ssl.certificate', 'xpack.actions.relay.ssl.key'],
  ['elasticsearch.ssl.certificate', 'elasticsearch.ssl.key'],
  ['server.ssl.certificate', 'server.ssl.key'],
];

function pairProblems(values: Partial<Settings>): string[] {
  return PAIRS.flatMap(([certificate, key]) => {
    if ((values[certificate] === undefined) === (values[key] === undefined)) return [];
    const [given, missing] = values[key] === undefined ? [certificate, key] : [key, certificate];
    const short = (path: string) => path.replace('xpack.actions.', '');
    const section = certificate.slice(0, certificate.lastIndexOf('.'));
    return [
      `${section}: [${short(section)}]: must specify [${short(missing)}] when [${short(given)}] is specified`,
    ];
  });
}

function presenceProblems(values: Partial<Settings>, present: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const isPresent = (path: string) =>
    [...present].some((other) => other === path || other.startsWith(`${path}.`));
  if (isPresent('xpack.actions.usage.ca') && values['xpack.actions.usage.ca.path'] === undefined) {
    problems.push(
      'xpack.actions.usage.ca.path: [usage.ca.path]: expected value of type [string] but got [undefined]',
    );
  }
  if (isPresent('xpack.actions.relay') && values['xpack.actions.relay.url'] === undefined) {
    problems.push(
      'xpack.actions.relay.url: [relay.url]: expected value of type [string] but got [undefined]',
    );
  }
  const inFlight = values['xpack.actions.inboundEvents.admission.maxInFlight'] ?? Number.POSITIVE_INFINITY;
  const each = values['xpack.actions.inboundEvents.admission.maxInFlightPerConnector'] ?? 0;
  if (each > inFlight) {
    problems.push(
      `xpack.actions.inboundEvents.admission.maxInFlightPerConnector: must not be above maxInFlight (found ${each}, above ${inFlight})`,
    );
  }
  if (
    values['server.ssl.enabled'] === true &&
    values['server.ssl.certificate'] === undefined &&
    values['server.ssl.keystore.path'] === undefined
  ) {
    problems.push('server.ssl: must specify [certificate] or [keystore.path] when ssl is enabled');
  }
  return problems;
}
