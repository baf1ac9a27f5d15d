import { z } from 'zod';
import { byteSize, duration } from '../units.ts';
import { httpUrl, list, paths } from './values.ts';

/** The server itself: where it listens, what it takes, what it writes. */
export const serverSettings = {
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
  'server.publicBaseUrl': httpUrl
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
  'server.ssl.enabled': z.boolean().default(false).describe('Whether the port speaks TLS.'),
  'server.ssl.certificate': z.string().min(1).optional().describe('The PEM file of the certificate.'),
  'server.ssl.key': z.string().min(1).optional().describe('The PEM file of its key.'),
  'server.ssl.keyPassphrase': z.string().optional().describe('What opens the key.'),
  'server.ssl.keystore.path': z
    .string()
    .min(1)
    .optional()
    .describe('A PKCS#12 file with certificate and key, in place of the two.'),
  'server.ssl.keystore.password': z.string().optional().describe('What opens it.'),
  'server.ssl.certificateAuthorities': paths
    .optional()
    .describe('PEM files of the authorities that client certificates are verified by.'),
  'server.ssl.clientAuthentication': z
    .enum(['none', 'optional', 'required'])
    .default('none')
    .describe('Whether clients show a certificate.'),
  'server.ssl.supportedProtocols': list(z.enum(['TLSv1.2', 'TLSv1.3']), { min: 1 })
    .default(['TLSv1.2', 'TLSv1.3'])
    .describe('TLS versions that are spoken.'),
  'server.ssl.cipherSuites': list(z.string().min(1), { min: 1 })
    .optional()
    .describe('Cipher suites that are taken; left out: Node’s own choice.'),
  'path.data': z
    .string()
    .min(1)
    .default('data')
    .describe('The folder of the database, the keystore and the generated key.'),
  'logging.root.level': z
    .enum(['all', 'trace', 'debug', 'info', 'warn', 'error', 'fatal', 'off'])
    .default('info')
    .describe('The lowest level that is logged.'),
  'status.allowAnonymous': z
    .boolean()
    .default(false)
    .describe('Whether anybody may read all of `/api/status`.'),
} satisfies Record<string, z.ZodType>;
