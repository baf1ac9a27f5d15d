import {
  BASIC,
  GO_TOGETHER,
  goTogether,
  OAUTH,
  SSL,
  webhookAuthConfig,
  webhookCredentials,
  withoutAuth,
} from '@patchbay/kit';
import { z } from 'zod';

/** A key in the query string, which is sent whatever the kind of authentication: this one adds nothing to it. */
const QUERY_PARAM = 'http-authentication-query-param';

const httpUrl = () => z.url({ protocol: /^https?$/ });

export const config = z.preprocess(
  withoutAuth,
  z.strictObject({
    url: httpUrl().meta({
      title: 'URL',
      description: 'The address that is called; a run may add a path and a query, or name another address.',
    }),
    headers: z.record(z.string(), z.string()).nullable().default(null).meta({
      title: 'Headers',
      description: 'Headers sent with each request, readable by who may read the connector.',
    }),
    ...webhookAuthConfig,
    authType: z.enum([BASIC, SSL, OAUTH, QUERY_PARAM]).nullish().meta({
      title: 'Authentication type',
      description: 'How requests are authenticated; left out or null with authentication on: basic.',
    }),
    proxyUrl: httpUrl().nullable().default(null).meta({
      title: 'Proxy URL',
      description: "The proxy for this connector's calls, in place of the server's.",
    }),
    proxyVerificationMode: z.enum(['none', 'certificate', 'full']).optional().meta({
      title: 'Proxy verification mode',
      description: "How an https proxy's certificate is checked; left out: in full.",
    }),
    hasProxyAuth: z.boolean().default(false).meta({
      title: 'Proxy authentication',
      description: 'Whether the proxy asks for a user and a password.',
    }),
  }),
);

const proxySecret = (title: string) => z.string().nullable().default(null).meta({ title });

export const secrets = z
  .strictObject({
    ...webhookCredentials,
    secretQueryParams: z.record(z.string(), z.string()).nullable().default(null).meta({
      title: 'Secret query parameters',
      description: 'Query parameters sent with each request, kept encrypted.',
    }),
    proxyUsername: proxySecret('Proxy user name'),
    proxyPassword: proxySecret('Proxy password'),
  })
  .prefault({})
  .refine(goTogether, GO_TOGETHER);

/** What can stand in a header of its own part. */
const PRINTABLE = /^[\t\x20-\x7e]*$/;

const part = z.strictObject({
  content: z.string().meta({ title: 'Content' }),
  filename: z.string().optional().meta({ title: 'File name', description: 'Makes the part a file.' }),
  content_type: z
    .string()
    .regex(PRINTABLE, 'must be a media type')
    .optional()
    .meta({ title: 'Content type', description: 'Of a file, left out: application/octet-stream.' }),
});

const fetcher = z.strictObject({
  skip_ssl_verification: z
    .boolean()
    .optional()
    .meta({ title: 'Skip TLS verification', description: 'Takes any certificate of the service.' }),
  follow_redirects: z
    .boolean()
    .optional()
    .meta({ title: 'Follow redirects', description: 'False: a redirect is an answer like any other.' }),
  max_redirects: z.number().optional().meta({ title: 'Redirects at most' }),
  keep_alive: z.boolean().optional().meta({
    title: 'Keep alive',
    description: 'False: the connection is closed after the answer.',
  }),
  max_content_length: z.number().positive().optional().meta({
    title: 'Content length at most',
    description:
      "In bytes, of the request's body and of the answer, which the server's own limit holds for too.",
  }),
});

const values = (title: string, description: string) =>
  z.record(z.string(), z.string()).optional().meta({ title, description });

export const params = z.strictObject({
  url: httpUrl().optional().meta({ title: 'URL', description: "In place of the connector's." }),
  path: z.string().optional().meta({ title: 'Path', description: "Appended to the URL's own path." }),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET').meta({ title: 'Method' }),
  body: z
    .union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())])
    .optional()
    .meta({ title: 'Body', description: 'Text is sent as it stands, an object or a list as JSON.' }),
  form_data: z.record(z.string(), part).optional().meta({
    title: 'Form data',
    description: 'Sent as multipart/form-data in place of a body: the parts by their names.',
  }),
  query: values('Query', 'Query parameters; those that the URL has already are left as they are.'),
  headers: values('Headers', 'They win over all others of the same name.'),
  fetcher: fetcher.optional().meta({ title: 'Fetcher', description: 'How the call is made.' }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Params = z.output<typeof params>;
export type Part = z.output<typeof part>;
