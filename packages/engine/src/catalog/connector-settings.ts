import { createSecureContext } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { AllowedHosts } from '@patchbay/kit';
import { messageOf } from '@patchbay/kit';
import { z } from 'zod';
import type { ConnectionSettings } from '../egress/index.ts';
import { BadRequestError } from '../errors/index.ts';
import { isSecretReference, SecretReferenceError, type SecretReferences } from '../vault/index.ts';
import { deliveryProblems, deliverySettings } from './delivery-settings.ts';
import { milliseconds, settingDuration } from './setting-duration.ts';

/** How one connector connects, signs and delivers, for every type alike: what Kibana's body of a connector has no place for. */

const MAX_REDIRECTS = 21;

const proxyUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .refine((url) => URL.parse(url)?.username === '' && URL.parse(url)?.password === '', {
    message: 'must not carry credentials: they go into the secrets proxy_user and proxy_password',
  });

/** A secret, or a reference to one: what that leads to is checked when it is looked up. */
const secretLike = (isOne: (value: string) => boolean) => (value: string) =>
  isSecretReference(value) || isOne(value);

/** Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. https://www.standardwebhooks.com */
const signingKey = z.string().refine(
  secretLike((value) => {
    const key = Buffer.from(value.slice('whsec_'.length), 'base64');
    return value.startsWith('whsec_') && key.byteLength >= 24 && key.byteLength <= 64;
  }),
  { message: 'expected whsec_ and the base64 of 24 to 64 bytes' },
);

const text = z.string().min(1);

const isBase64 = (value: string) => z.base64().safeParse(value).success;

export const connectorSettings = z
  .strictObject({
    proxy: z.strictObject({ url: proxyUrl }).optional(),
    tls: z
      .strictObject({
        verificationMode: z.enum(['none', 'certificate', 'full']).optional(),
        certificateAuthorities: text.optional(),
        certificate: text.optional(),
      })
      .optional(),
    timeouts: z
      .strictObject({ connect: settingDuration.optional(), response: settingDuration.optional() })
      .optional(),
    redirects: z
      .strictObject({
        max: z.int().min(0).max(MAX_REDIRECTS).optional(),
        crossOrigin: z.boolean().optional(),
      })
      .optional(),
    signing: z.strictObject({ enabled: z.boolean() }).optional(),
    propagateTraceContext: z.boolean().optional(),
    delivery: deliverySettings.optional(),
    secrets: z
      .strictObject({
        proxyUser: text.optional(),
        proxyPassword: z.string().optional(),
        proxyHeaders: z.record(z.string(), z.string()).optional(),
        tlsKey: text.optional(),
        tlsPfx: text.refine(secretLike(isBase64), { message: 'expected base64' }).optional(),
        tlsPassphrase: z.string().optional(),
        signingKeys: z.array(signingKey).min(1).max(2).optional(),
      })
      .default({}),
  })
  .superRefine(({ proxy, tls, signing, delivery, secrets }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const needsProxy = ['proxyUser', 'proxyPassword', 'proxyHeaders'] as const;
    for (const name of needsProxy) {
      if (secrets[name] !== undefined && proxy === undefined)
        refuse(['secrets', name], 'is of use with a proxy only');
    }
    if (tls?.certificate !== undefined && secrets.tlsKey === undefined)
      refuse(['secrets', 'tlsKey'], 'is needed with a certificate');
    if (secrets.tlsKey !== undefined && tls?.certificate === undefined)
      refuse(['tls', 'certificate'], 'is needed with a key');
    if (secrets.tlsPfx !== undefined && secrets.tlsKey !== undefined)
      refuse(['secrets', 'tlsPfx'], 'cannot be used beside a certificate and key');
    if (signing?.enabled === true && secrets.signingKeys === undefined)
      refuse(['secrets', 'signingKeys'], 'is needed for signing');
    for (const [path, problem] of tlsProblems(tls, secrets)) refuse(path, problem);
    for (const [path, problem] of deliveryProblems(delivery ?? {})) refuse(['delivery', ...path], problem);
  });

export type ConnectorSettings = z.output<typeof connectorSettings>;

/** A connector's settings ready to be used by a run. */
export interface OpenConnectorSettings {
  connection: ConnectionSettings;
  /** Empty: requests are not signed. */
  signingKeys: readonly string[];
  /** Everything in it that must not be seen. */
  secretValues: unknown;
}

/** What a refusal begins with. */
export const REFUSED_SETTINGS = 'error validating connector settings';

/** Throws `BadRequestError` when the proxy is no allowed host. */
export function ensureProxyAllowed({ proxy }: ConnectorSettings, allowedHosts: AllowedHosts): void {
  if (proxy === undefined) return;
  try {
    allowedHosts.ensureHostnameAllowed(new URL(proxy.url).hostname);
  } catch (cause) {
    throw new BadRequestError(`${REFUSED_SETTINGS}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Opens the settings. Their references are looked up anew each time; the same object is given for as long as nothing
 * changed, since connections are kept by it. Throws `SecretReferenceError`.
 */
export function settingsOpener(
  settings: ConnectorSettings,
  references: SecretReferences,
  nameOf: (path: readonly string[]) => string,
): () => OpenConnectorSettings {
  let opened: { secrets: ConnectorSettings['secrets']; settings: OpenConnectorSettings } | undefined;
  return () => {
    const secrets = references.resolve(settings.secrets, (path) => nameOf(['secrets', ...path]));
    if (opened === undefined || !isDeepStrictEqual(secrets, opened.secrets)) {
      if (secrets !== settings.secrets) ensureUsable({ ...settings, secrets }, nameOf);
      opened = { secrets, settings: open({ ...settings, secrets }) };
    }
    return opened.settings;
  };
}

/** What references lead to is checked like what was given itself. */
function ensureUsable(settings: ConnectorSettings, nameOf: (path: readonly string[]) => string): void {
  const { error } = connectorSettings.safeParse(settings);
  if (error === undefined) return;
  const problems = error.issues.map(({ path, message }) => `${nameOf(path.map(String))}: ${message}`);
  throw new SecretReferenceError(problems.join('; '));
}

/** A place in the settings, in the words of the API. */
export function settingName(path: readonly string[]): string {
  const [part = '', field, ...rest] = path;
  const onTheWire = field?.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [part, ...(onTheWire === undefined ? [] : [onTheWire]), ...rest].join('.');
}

function open(settings: ConnectorSettings): OpenConnectorSettings {
  const { proxy, tls, timeouts, redirects, signing, propagateTraceContext, secrets } = settings;
  const connection: ConnectionSettings = {
    tls: {
      verificationMode: tls?.verificationMode,
      ca: tls?.certificateAuthorities,
      cert: tls?.certificate,
      key: secrets.tlsKey,
      pfx: secrets.tlsPfx === undefined ? undefined : Buffer.from(secrets.tlsPfx, 'base64'),
      passphrase: secrets.tlsPassphrase,
    },
    connectTimeoutMs: milliseconds(timeouts?.connect),
    responseTimeoutMs: milliseconds(timeouts?.response),
    redirects: redirects ?? {},
    propagateTraceContext,
  };
  if (proxy !== undefined) {
    connection.proxy = {
      url: proxy.url,
      headers: secrets.proxyHeaders,
      user: secrets.proxyUser,
      password: secrets.proxyPassword,
    };
  }
  return {
    connection,
    signingKeys: signing?.enabled === true ? (secrets.signingKeys ?? []) : [],
    // Named as in connectors, whose basic credentials are looked for in texts too.
    secretValues: { ...secrets, user: secrets.proxyUser, password: secrets.proxyPassword },
  };
}

/** Whether Node can use what is given: found out now, not at three in the night. Texts tell nothing of the contents. */
function tlsProblems(
  tls: ConnectorSettings['tls'],
  secrets: ConnectorSettings['secrets'],
): [path: string[], problem: string][] {
  const problems: [string[], string][] = [];
  const attempt = (path: string[], problem: string, options: Parameters<typeof createSecureContext>[0]) => {
    try {
      createSecureContext(options);
    } catch {
      problems.push([path, problem]);
    }
  };
  if (
    tls?.certificateAuthorities !== undefined &&
    !tls.certificateAuthorities.includes('-----BEGIN CERTIFICATE')
  )
    problems.push([['tls', 'certificateAuthorities'], 'expected certificates in PEM']);
  else if (tls?.certificateAuthorities !== undefined)
    attempt(['tls', 'certificateAuthorities'], 'expected certificates in PEM', {
      ca: tls.certificateAuthorities,
    });
  const isKnown = (...given: (string | undefined)[]) =>
    !given.some((value) => value !== undefined && isSecretReference(value));
  if (
    tls?.certificate !== undefined &&
    secrets.tlsKey !== undefined &&
    isKnown(secrets.tlsKey, secrets.tlsPassphrase)
  ) {
    attempt(
      ['secrets', 'tlsKey'],
      'is no key in PEM that fits the certificate and opens with the passphrase',
      keyPair(tls.certificate, secrets.tlsKey, secrets.tlsPassphrase),
    );
  }
  if (secrets.tlsPfx !== undefined && isKnown(secrets.tlsPfx, secrets.tlsPassphrase)) {
    attempt(['secrets', 'tlsPfx'], 'is no PKCS#12 that opens with the passphrase', {
      pfx: Buffer.from(secrets.tlsPfx, 'base64'),
      passphrase: secrets.tlsPassphrase ?? '',
    });
  }
  return problems;
}

/** Without a passphrase Node would ask the terminal for one. */
function keyPair(cert: string, key: string, passphrase = '') {
  return { cert, key, passphrase };
}
