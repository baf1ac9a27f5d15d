import { isIP } from 'node:net';
import { z } from 'zod';
import { duration } from '../units.ts';
import { audience, host, httpUrl, list, network } from './values.ts';

export const licenseTypes = ['basic', 'standard', 'gold', 'platinum', 'enterprise', 'trial'] as const;

/** What the reference system has no settings for. */
export const patchbaySettings = {
  'patchbay.license': z
    .enum(licenseTypes)
    .default('enterprise')
    .describe('The licence level that gates connector types, as in the reference system.'),
  'patchbay.licenseStatus': z
    .enum(['active', 'expired', 'unavailable'])
    .default('active')
    .describe('The licence state to report; for those who test clients against it.'),
  'patchbay.store.url': z
    .string()
    .regex(
      /^(sqlite:.|postgres(ql)?:\/\/.)/,
      'expected sqlite:PATH or postgres://user:password@host:5432/database',
    )
    .optional()
    .describe(
      'Where everything is kept: `sqlite:PATH`, seen from the data folder, or `postgres://user:password@host:5432/database` ([PostgreSQL](postgres.md)). Left out: `patchbay.sqlite` in the data folder. A secret: it may be in the keystore.',
    ),
  'patchbay.store.maxConnections': z
    .int()
    .min(2)
    .max(1000)
    .default(10)
    .describe('Connections to PostgreSQL that this process holds at most, beside one that listens.'),
  'patchbay.egress.denyPrivateNetworks': z
    .boolean()
    .default(false)
    .describe('Whether connectors are kept away from loopback, private, link-local and metadata addresses.'),
  'patchbay.egress.allowedPrivateNetworks': list(
    z
      .string()
      .refine(isNetworkOrName, 'expected an address, a network such as `10.1.0.0/16`, or a host name'),
  )
    .default([])
    .describe('Exceptions: addresses, networks (`10.1.0.0/16`) and host names.'),
  'patchbay.secretReferences.environment': list(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, 'expected a variable’s name, or its beginning and `*`'),
  )
    .default([])
    .describe('Environment variables that a secret reference may name; `PREFIX_*` for all that begin so.'),
  'patchbay.secretReferences.folders': list(
    z.string().startsWith('/', 'expected an absolute path of a folder'),
  )
    .default([])
    .describe('Folders in which the file that a secret reference names may be.'),
  'patchbay.connectorSettings': z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe(
      'Connection and delivery settings of preconfigured connectors, by id: what the settings API takes, its keys in camelCase.',
    ),
  'patchbay.connectorAccess': z
    .record(z.string(), z.strictObject({ use: audience }))
    .default({})
    .describe(
      'Who may run preconfigured connectors, by id: `{use: {users: [...], roles: [...]}}` ([access per connector](access-per-connector.md)). Left out: whoever may run connectors in the space.',
    ),
  'patchbay.connectorTypes': list(z.string().min(1))
    .default([])
    .describe(
      'Modules with connector types of your own: files (`./notes.ts`, seen from the folder of the configuration file) and npm packages. Their code runs with the rights of the server: [types of your own](types-of-your-own.md).',
    ),
  'patchbay.roles': list(z.enum(['api', 'worker']), { min: 1 })
    .default(['api', 'worker'])
    .describe(
      'What this process does: `api` answers requests, `worker` runs deliveries. Without `api` it answers `/livez`, `/readyz` and `/api/status` alone.',
    ),
  'patchbay.delivery.concurrency': z
    .int()
    .min(1)
    .default(500)
    .describe('How many deliveries one process runs at once.'),
  'patchbay.delivery.connectorConcurrency': z
    .int()
    .min(1)
    .default(10)
    .describe('How many of them of one connector, unless its settings say how many over all processes.'),
  'patchbay.delivery.hostLimits': z
    .record(
      host,
      z.strictObject({
        limit: z.int().min(1),
        window: duration.refine((ms) => ms >= 1, 'expected at least 1ms'),
        burst: z.int().min(1).optional(),
      }),
    )
    .default({})
    .describe(
      'How often hosts are asked by deliveries of all connectors together, by host: `{limit, window, burst}` ([delivery](delivery.md)).',
    ),
  'patchbay.delivery.breaker.enabled': z
    .boolean()
    .default(true)
    .describe(
      'Whether deliveries to a remote that does not work wait, without an attempt, until one that is tried comes through ([delivery](delivery.md)).',
    ),
  'patchbay.delivery.breaker.failures': z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('After how many failed attempts in a row, of one connector.'),
  'patchbay.delivery.breaker.cooldown': duration
    .default(30_000)
    .describe('How long they wait at first; twice as long each time after.'),
  'patchbay.delivery.breaker.maxCooldown': duration
    .default(10 * 60_000)
    .describe('The longest that they wait at once.'),
  'patchbay.delivery.lease': duration
    .default(30_000)
    .describe('How long after the last sign of a process what it was running is run again by another.'),
  'patchbay.delivery.maxAge': duration
    .default(24 * 60 * 60_000)
    .describe('How long a delivery is tried, from when it was accepted or was to run.'),
  'patchbay.delivery.retention': duration
    .default(30 * 24 * 60 * 60_000)
    .describe('How long a delivery that is delivered, cancelled or discarded can be looked up.'),
  'patchbay.delivery.paramsRetention': duration
    .default(7 * 24 * 60 * 60_000)
    .describe('How long its params are kept, and it can be replayed.'),
  'patchbay.delivery.deadRetention': duration
    .default(90 * 24 * 60 * 60_000)
    .describe(
      'How long a dead delivery that nobody has replayed or discarded is kept, with its params. What goes then is told in a warning.',
    ),
  'patchbay.expiryWarning': duration
    .default(30 * 24 * 60 * 60_000)
    .describe(
      'How long before its end a certificate or token of a connector is told of: once a day in the log, and in the health of its connector.',
    ),
  'patchbay.audit.enabled': z
    .boolean()
    .default(true)
    .describe('Whether changes and denied calls are written down.'),
  'patchbay.audit.runs': z
    .boolean()
    .default(false)
    .describe(
      'Whether it is also written down who ran, tested or enqueued what. The event log has the runs themselves either way.',
    ),
  'patchbay.audit.file': z
    .string()
    .min(1)
    .optional()
    .describe('The file that they are appended to; left out: the process log.'),
  'patchbay.logging.format': z
    .enum(['auto', 'text', 'json', 'ecs'])
    .default('auto')
    .describe(
      'How log lines are written: `text` for a person, `json` as pino has it, `ecs` in the fields of the Elastic Common Schema. `auto` is `text` at a terminal and `json` elsewhere.',
    ),
  'patchbay.metrics.enabled': z
    .boolean()
    .default(true)
    .describe(
      'Whether `/metrics` answers Prometheus, and this process counts for it ([metrics](metrics.md)).',
    ),
  'patchbay.metrics.allowAnonymous': z
    .boolean()
    .default(false)
    .describe(
      'Whether anybody may read it. Otherwise it takes a user or an API key with `read` for `actions` in all spaces.',
    ),
  'patchbay.metrics.port': z
    .int()
    .min(0)
    .max(65535)
    .optional()
    .describe(
      'A port of its own for `/metrics` alone, in plain HTTP, which asks nobody who they are; 0 takes a free one.',
    ),
  'patchbay.metrics.host': z.string().min(1).default('127.0.0.1').describe('The address that it listens on.'),
  'patchbay.metrics.connectorLabels': z
    .boolean()
    .default(true)
    .describe('Whether series are by connector and space; without, they are by type.'),
  'patchbay.metrics.maxConnectors': z
    .int()
    .min(1)
    .default(1000)
    .describe('How many connectors have series of their own; further ones are counted together as `_other`.'),
  'patchbay.tracing.endpoint': httpUrl
    .optional()
    .describe(
      'Where spans go, by OTLP over HTTP, such as `http://collector:4318`; `/v1/traces` is added ([traces](tracing.md)). Left out: `OTEL_EXPORTER_OTLP_ENDPOINT`, and without that nothing is traced.',
    ),
  'patchbay.tracing.headers': z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'Headers that go with them, such as a token. Secrets: they may be in the keystore. Left out: `OTEL_EXPORTER_OTLP_HEADERS`.',
    ),
  'patchbay.tracing.serviceName': z
    .string()
    .min(1)
    .default('patchbay')
    .describe('The name of this service in traces. Left out: `OTEL_SERVICE_NAME`.'),
  'patchbay.tracing.sampleRatio': z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'How many of the traces that begin here are recorded; one that a caller has begun is recorded if the caller records it.',
    ),
  'patchbay.security.loginThrottle.attempts': z
    .int()
    .min(1)
    .default(10)
    .describe('Failed logins of one user, or from one address, before further ones are refused unread.'),
  'patchbay.security.loginThrottle.window': duration
    .default(60_000)
    .describe('How long a failed login counts.'),
  'patchbay.security.loginThrottle.block': duration
    .default(60_000)
    .describe('How long further ones are refused.'),
  'patchbay.authentication.elasticsearch.enabled': z
    .boolean()
    .default(false)
    .describe(
      'Whether credentials that are not known here are asked of the cluster in `elasticsearch.hosts`, with the privileges that Kibana registered there.',
    ),
  'patchbay.authentication.elasticsearch.cacheFor': duration
    .refine((ms) => ms >= 1000 && ms <= 60_000, { message: 'expected a duration from 1s to 60s' })
    .default(30_000)
    .describe('How long its answer is relied on: so long what is revoked there still works here.'),
  'patchbay.http.trustedProxies': list(network)
    .default([])
    .describe(
      'Addresses and networks (`10.0.0.0/8`) of reverse proxies, whose `X-Forwarded-For` tells who the caller is.',
    ),
  'patchbay.requests.maxConcurrent': z
    .int()
    .min(1)
    .default(1000)
    .describe('Requests handled at once; more are answered 503.'),
} satisfies Record<string, z.ZodType>;

function isNetworkOrName(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  // What has digits and dots alone would be an address, and is none.
  if (family === 0) return prefix === undefined && /^\S*[^\s\d.]\S*$/.test(address);
  if (prefix === undefined) return true;
  return rest.length === 0 && /^\d+$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32);
}
