import { z } from 'zod';
import { byteSize, duration } from '../units.ts';
import { allowedHost, host, httpUrl, list, paths, rateLimit, verificationMode } from './values.ts';

const FORBIDDEN_IDS = ['', 'constructor', '__proto__'];

// The ids are looked at before the record, which passes `__proto__` over without a word.
const preconfigured = z
  .unknown()
  .superRefine((entries, context) => {
    for (const id of Object.keys(entries ?? {}).filter((name) => FORBIDDEN_IDS.includes(name))) {
      context.addIssue({
        code: 'custom',
        message: `[preconfigured]: invalid preconfigured action id "${id}"`,
      });
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

const customHost = z.strictObject({
  url: z.string().min(1),
  smtp: z.strictObject({ ignoreTLS: z.boolean().optional(), requireTLS: z.boolean().optional() }).optional(),
  ssl: z
    .strictObject({
      verificationMode: verificationMode.optional(),
      certificateAuthoritiesFiles: paths.optional(),
      certificateAuthoritiesData: z.string().min(1).optional(),
    })
    .optional(),
  connectTimeout: duration.optional(),
  responseTimeout: duration.optional(),
});

const emailServices = [
  'google-mail',
  'microsoft-exchange',
  'microsoft-outlook',
  'amazon-ses',
  'elastic-cloud',
  'other',
  '*',
] as const;

const attempts = z.int().min(1).max(10);

/** Only mail is limited, as in the reference. */
const rateLimiter = z.record(z.string(), rateLimit).superRefine((types, context) => {
  for (const type of Object.keys(types).filter((name) => name !== 'email')) {
    context.addIssue({
      code: 'custom',
      message: `Rate limiter configuration for connector type "${type}" is not supported. Supported types: email`,
    });
  }
});

const inboundLimit = (limit: number, max?: number) =>
  z
    .strictObject({
      limit: (max === undefined ? z.int().min(1) : z.int().min(1).max(max)).default(limit),
      window: duration.default(60_000),
    })
    .default({ limit, window: 60_000 });

/** `xpack.actions.*`, and what concerns single types. */
export const actionsSettings = {
  'xpack.actions.allowedHosts': list(allowedHost)
    .default(['*'])
    .describe('Hosts that connectors may call; `*` for all.'),
  'xpack.actions.enabledActionTypes': list(z.string())
    .default(['*'])
    .describe('Connector types that may be used; `*` for all.'),
  'xpack.actions.preconfigured': preconfigured
    .default({})
    .describe('Connectors kept in the configuration, by id.'),
  'xpack.actions.preconfiguredAlertHistoryEsIndex': z
    .boolean()
    .default(false)
    .describe('Whether there is a preconfigured connector that writes alerts to Elasticsearch.'),
  'xpack.actions.proxyUrl': z
    .string()
    .optional()
    .describe('The proxy that connectors go through; user and password in it become `Proxy-Authorization`.'),
  'xpack.actions.proxyHeaders': z
    .record(z.string(), z.string())
    .optional()
    .describe('Headers sent to the proxy.'),
  'xpack.actions.proxyBypassHosts': list(host).optional().describe('Hosts that are called directly.'),
  'xpack.actions.proxyOnlyHosts': list(host)
    .optional()
    .describe('The only hosts that are called through the proxy; ignored beside `proxyBypassHosts`.'),
  'xpack.actions.ssl.verificationMode': verificationMode
    .optional()
    .describe('What is verified of a remote certificate; left out: `full`.'),
  'xpack.actions.ssl.proxyVerificationMode': verificationMode
    .optional()
    .describe('The same for the certificate of an https proxy.'),
  'xpack.actions.customHostSettings': z
    .array(customHost)
    .optional()
    .describe('TLS, SMTP and time-out settings (`connectTimeout`, `responseTimeout`) by host and port.'),
  'xpack.actions.maxResponseContentLength': byteSize
    .default(1_048_576)
    .describe('The largest answer taken from a remote service.'),
  'xpack.actions.maxPayloadSize': byteSize
    .default(20 * 1_048_576)
    .describe(
      'The largest params of a run, and the largest answer that a run may ask to take, for types with `source: spec`.',
    ),
  'xpack.actions.responseTimeout': duration
    .default(60_000)
    .describe('How long an outbound request may take.'),
  'xpack.actions.webhook.ssl.pfx.enabled': z
    .boolean()
    .default(true)
    .describe('Whether `.webhook` connectors may show a PFX client certificate.'),
  'xpack.actions.microsoftGraphApiUrl': httpUrl
    .default('https://graph.microsoft.com/v1.0')
    .describe('Where mail leaves through Microsoft Graph.'),
  'xpack.actions.microsoftGraphApiScope': z
    .string()
    .default('https://graph.microsoft.com/.default')
    .describe('The scope that is asked for there.'),
  'xpack.actions.microsoftExchangeUrl': httpUrl
    .default('https://login.microsoftonline.com')
    .describe('Where tokens for it come from.'),
  'xpack.actions.email.domain_allowlist': list(z.string())
    .optional()
    .describe('Domains that mail may go to and come from; an empty list refuses every one.'),
  'xpack.actions.email.recipient_allowlist': list(z.string(), { min: 1 })
    .optional()
    .describe('Patterns with `*` that recipients must match.'),
  'xpack.actions.email.maximum_body_length': z
    .number()
    .min(0)
    .optional()
    .describe('The longest mail body, in characters; more than 25,000,000 is cut to that.'),
  'xpack.actions.email.services.enabled': list(z.enum(emailServices), { min: 1 })
    .default(['*'])
    .describe('Mail services that may be used; `*` for all.'),
  'xpack.actions.email.services.ses.host': z.string().min(1).optional().describe('The host of Amazon SES.'),
  'xpack.actions.email.services.ses.port': z.int().min(1).max(65535).optional().describe('Its port.'),
  'xpack.actions.enableFooterInEmail': z
    .boolean()
    .default(true)
    .describe('Whether mails end with a link to this server.'),
  'xpack.stack_connectors.enableExperimental': list(z.string())
    .default([])
    .describe(
      'Parts of types to turn on (`microsoftDefenderEndpointCancelOn`), or with `disable:` before the name off (`disable:crowdstrikeConnectorRTROn`). Other names are passed over.',
    ),
  'xpack.actions.run.maxAttempts': attempts.optional().describe('How often a background run is tried.'),
  'xpack.actions.run.connectorTypeOverrides': z
    .array(z.strictObject({ id: z.string().min(1), maxAttempts: attempts.optional() }))
    .default([])
    .describe('The same for single connector types.'),
  'xpack.actions.queued.max': z
    .number()
    .min(1)
    .default(1_000_000)
    .describe('How many background runs may wait.'),
  'xpack.actions.rateLimiter': rateLimiter
    .default({})
    .describe('Runs of a type (`email`) within a window, in one process.'),
  'xpack.actions.auth.oauth_authorization_code.rate_limits.authorize': rateLimit
    .default({ lookbackWindow: 3_600_000, limit: 100 })
    .describe('How often a user may start an OAuth authorization.'),
  'xpack.actions.auth.oauth_authorization_code.rate_limits.callback': rateLimit
    .default({ lookbackWindow: 3_600_000, limit: 100 })
    .describe('How often a user may come back from one.'),
  'xpack.actions.auth.ears.enabled': z.boolean().optional().describe('Whether the token service is used.'),
  'xpack.actions.auth.ears.url': z.string().min(1).optional().describe('A token service.'),
  'xpack.actions.auth.ears.enableExperimental': z.boolean().optional().describe('Its experimental parts.'),
  'xpack.actions.auth.ears.ssl.verificationMode': verificationMode
    .optional()
    .describe('What is verified of its certificate.'),
  'xpack.actions.auth.ears.ssl.certificate': z.string().min(1).optional().describe('Our own certificate.'),
  'xpack.actions.auth.ears.ssl.key': z.string().min(1).optional().describe('Its key.'),
  'xpack.actions.relay.url': z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('A relay of the vendor’s.'),
  'xpack.actions.relay.ssl.verificationMode': verificationMode
    .optional()
    .describe('What is verified of its certificate.'),
  'xpack.actions.relay.ssl.certificateAuthorities': paths
    .optional()
    .describe('PEM files of its authorities.'),
  'xpack.actions.relay.ssl.certificate': z.string().min(1).optional().describe('Our own certificate.'),
  'xpack.actions.relay.ssl.key': z.string().min(1).optional().describe('Its key.'),
  'xpack.actions.usage.enabled': z.boolean().optional().describe('Whether usage is reported.'),
  'xpack.actions.usage.url': z.string().optional().describe('Where to.'),
  'xpack.actions.usage.ca.path': z.string().min(1).optional().describe('The PEM file of its authority.'),
  'xpack.actions.inboundEvents.enabled': z
    .boolean()
    .default(false)
    .describe('Whether connectors take events in.'),
  'xpack.actions.inboundEvents.maxBodyBytes': z
    .int()
    .min(1)
    .default(1_048_576)
    .describe('The largest event.'),
  'xpack.actions.inboundEvents.maxEmitted': z
    .int()
    .min(1)
    .max(250)
    .default(25)
    .describe('How many one request may bring.'),
  'xpack.actions.inboundEvents.admission.enabled': z
    .boolean()
    .default(true)
    .describe('Whether requests in flight are bounded.'),
  'xpack.actions.inboundEvents.admission.maxInFlight': z
    .int()
    .min(1)
    .max(100)
    .default(50)
    .describe('How many there may be.'),
  'xpack.actions.inboundEvents.admission.maxInFlightPerConnector': z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe('How many of one connector.'),
  'xpack.actions.inboundEvents.rateLimit.enabled': z
    .boolean()
    .default(true)
    .describe('Whether they are counted.'),
  'xpack.actions.inboundEvents.rateLimit.maxKeys': z
    .int()
    .min(1)
    .default(10_000)
    .describe('How many addresses and connectors are counted.'),
  'xpack.actions.inboundEvents.rateLimit.remoteAddress': inboundLimit(10).describe(
    'How many from one address.',
  ),
  'xpack.actions.inboundEvents.rateLimit.connector': inboundLimit(300, 1500).describe(
    'How many for one connector.',
  ),
} satisfies Record<string, z.ZodType>;

/** Accepted and checked, but nothing reads them yet. */
export const UNUSED_ACTIONS_SETTINGS: readonly string[] = [
  'xpack.actions.auth.ears.',
  'xpack.actions.relay.',
  'xpack.actions.usage.',
  'xpack.actions.inboundEvents.',
];
