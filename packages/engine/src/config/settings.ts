import { z } from 'zod';
import { byteSize, duration } from './units.ts';

const hostname = /^(?=.{1,253}$)(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;
const ipv6 = /^\[[0-9a-fA-F:.]+\]$/;

const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? fromText(value) : value), z.array(item));

/** A list written in an environment variable: JSON, or parts with commas between. */
function fromText(value: string): unknown {
  if (value.trimStart().startsWith('[')) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const allowedHost = z.string().refine((host) => host === '*' || hostname.test(host) || ipv6.test(host), {
  message: 'expected a hostname or "*"',
});

const encryptionKey = z.string().min(32, 'expected at least 32 characters');

const FORBIDDEN_IDS = ['', 'constructor', '__proto__'];

// The ids are looked at before the record, which passes `__proto__` over without a word.
const preconfigured = z
  .unknown()
  .superRefine((entries, context) => {
    for (const id of Object.keys(entries ?? {}).filter((name) => FORBIDDEN_IDS.includes(name))) {
      context.addIssue({ code: 'custom', message: `invalid preconfigured action id "${id}"` });
    }
  })
  .pipe(
    z.record(
      z.string(),
      z.strictObject({
        name: z.string().min(1),
        actionTypeId: z.string().min(1),
        config: z.record(z.string(), z.unknown()).default({}),
        secrets: z.record(z.string(), z.unknown()).default({}),
        exposeConfig: z.boolean().default(false),
      }),
    ),
  );

export const licenseTypes = ['basic', 'standard', 'gold', 'platinum', 'enterprise', 'trial'] as const;

/** Every setting: its key, what it takes, its default, what it does. Read once, at the start. */
export const settings = {
  'server.host': z.string().min(1).default('127.0.0.1').describe('The address to listen on.'),
  'server.port': z
    .int()
    .min(0)
    .max(65535)
    .default(5601)
    .describe('The port to listen on; 0 takes a free one.'),
  'server.name': z
    .string()
    // It goes into a header of every answer.
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'expected printable ASCII characters')
    .default('patchbay')
    .describe('The name in `kbn-name` and in `/api/status`.'),
  'server.basePath': z
    .string()
    .regex(/^(\/.*[^/])?$/, 'must start with a slash, and not end with one')
    .default('')
    .describe('A path prefix under which a proxy publishes this server.'),
  'server.rewriteBasePath': z
    .boolean()
    .default(false)
    .describe('Whether requests arrive with the base path, to be taken off here.'),
  'server.publicBaseUrl': z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .refine((url) => !url.endsWith('/'), { message: 'expected a URL without a trailing slash' })
    .optional()
    .describe('The URL under which people reach this server; used in links.'),
  'server.maxPayload': byteSize.default(1_048_576).describe('The largest request body taken.'),
  'server.shutdownTimeout': duration
    .default(30_000)
    .describe('How long a stop waits for runs in flight before it aborts them.'),
  'server.restrictInternalApis': z
    .boolean()
    .default(true)
    .describe('Whether internal routes ask for the header `x-elastic-internal-origin`.'),
  'server.xsrf.disableProtection': z.boolean().default(false).describe('Turns the `kbn-xsrf` check off.'),
  'server.xsrf.allowlist': list(z.string().startsWith('/', 'expected a path that starts with a slash'))
    .default([])
    .describe('Paths that need no `kbn-xsrf` header.'),
  'server.xsrf.allowedSchemes': list(z.enum(['apikey', 'bearer']))
    .default([])
    .describe('Authentication schemes that need no `kbn-xsrf` header.'),
  'path.data': z
    .string()
    .min(1)
    .default('data')
    .describe('The folder of the database and the generated key.'),
  'logging.root.level': z
    .enum(['all', 'trace', 'debug', 'info', 'warn', 'error', 'fatal', 'off'])
    .default('info')
    .describe('The lowest level that is logged.'),
  'status.allowAnonymous': z
    .boolean()
    .default(false)
    .describe('Whether anybody may read all of `/api/status`.'),
  'xpack.spaces.maxSpaces': z.int().min(1).default(1000).describe('How many spaces there may be.'),
  'xpack.spaces.allowFeatureVisibility': z
    .boolean()
    .default(true)
    .describe('Whether a space may have `disabledFeatures`.'),
  'xpack.spaces.allowSolutionVisibility': z
    .boolean()
    .default(true)
    .describe('Whether a space may have a `solution`.'),
  'xpack.encryptedSavedObjects.encryptionKey': encryptionKey
    .optional()
    .describe('The key that secrets are encrypted with. Left out: a key generated into the data folder.'),
  'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys': list(encryptionKey)
    .default([])
    .describe('Former keys, tried in order when the key does not open a secret.'),
  'xpack.actions.allowedHosts': list(allowedHost)
    .default(['*'])
    .describe('Hosts that connectors may call; `*` for all.'),
  'xpack.actions.enabledActionTypes': list(z.string())
    .default(['*'])
    .describe('Connector types that may be used; `*` for all.'),
  'xpack.actions.preconfigured': preconfigured
    .default({})
    .describe('Connectors kept in the configuration, by id.'),
  'xpack.actions.maxResponseContentLength': byteSize
    .default(1_048_576)
    .describe('The largest answer taken from a remote service.'),
  'xpack.actions.responseTimeout': duration
    .default(60_000)
    .describe('How long an outbound request may take.'),
  'xpack.actions.proxyUrl': z
    .string()
    .optional()
    .describe('The proxy that connectors go through; user and password in it become `Proxy-Authorization`.'),
  'xpack.actions.proxyHeaders': z
    .record(z.string(), z.string())
    .optional()
    .describe('Headers sent to the proxy.'),
  'xpack.actions.proxyBypassHosts': list(z.string()).optional().describe('Hosts that are called directly.'),
  'xpack.actions.proxyOnlyHosts': list(z.string())
    .optional()
    .describe('The only hosts that are called through the proxy; ignored beside `proxyBypassHosts`.'),
  'xpack.actions.ssl.verificationMode': z
    .enum(['none', 'certificate', 'full'])
    .optional()
    .describe('What is verified of a remote certificate; left out: `full`.'),
  'xpack.actions.ssl.proxyVerificationMode': z
    .enum(['none', 'certificate', 'full'])
    .optional()
    .describe('The same for the certificate of an https proxy.'),
  'xpack.actions.customHostSettings': z
    .array(
      z.strictObject({
        url: z.string().min(1),
        connectTimeout: duration.optional(),
        responseTimeout: duration.optional(),
        smtp: z
          .strictObject({ ignoreTLS: z.boolean().optional(), requireTLS: z.boolean().optional() })
          .optional(),
        ssl: z
          .strictObject({
            verificationMode: z.enum(['none', 'certificate', 'full']).optional(),
            certificateAuthoritiesFiles: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
            certificateAuthoritiesData: z.string().min(1).optional(),
          })
          .optional(),
      }),
    )
    .optional()
    .describe('TLS, SMTP and time-out settings by host and port.'),
  'patchbay.egress.denyPrivateNetworks': z
    .boolean()
    .default(false)
    .describe('Whether connectors are kept away from loopback, private, link-local and metadata addresses.'),
  'patchbay.egress.allowedPrivateNetworks': list(z.string())
    .default([])
    .describe('Exceptions: addresses, networks (`10.1.0.0/16`) and host names.'),
  'patchbay.license': z
    .enum(licenseTypes)
    .default('enterprise')
    .describe('The licence level that gates connector types, as in the reference system.'),
  'patchbay.licenseStatus': z
    .enum(['active', 'expired', 'unavailable'])
    .default('active')
    .describe('The licence state to report; for those who test clients against it.'),
} satisfies Record<string, z.ZodType>;

export type SettingKey = keyof typeof settings;

/** The settings' values, by key. Durations are milliseconds, sizes are bytes. */
export type Settings = { readonly [Key in SettingKey]: z.output<(typeof settings)[Key]> };
