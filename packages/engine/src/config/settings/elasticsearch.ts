import { z } from 'zod';
import { duration } from '../units.ts';
import { httpUrl, list, paths, verificationMode } from './values.ts';

/** The cluster that `.index` connectors write to. */
export const elasticsearchSettings = {
  'elasticsearch.hosts': list(httpUrl, { min: 1 })
    .optional()
    .describe('URLs of the cluster that `.index` connectors write to.'),
  'elasticsearch.username': z.string().min(1).optional().describe('Who writes there.'),
  'elasticsearch.password': z.string().optional().describe('Their password.'),
  'elasticsearch.serviceAccountToken': z
    .string()
    .min(1)
    .optional()
    .describe('A service account’s token, in place of user and password.'),
  'elasticsearch.apiKey': z
    .string()
    .min(1)
    .optional()
    .describe('An API key (`base64(id:key)`), in place of user and password.'),
  'elasticsearch.requestTimeout': duration.default(30_000).describe('How long a request may take.'),
  'elasticsearch.customHeaders': z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers sent with each request.'),
  'elasticsearch.ssl.verificationMode': verificationMode
    .default('full')
    .describe('What is verified of its certificate.'),
  'elasticsearch.ssl.certificateAuthorities': paths.optional().describe('PEM files of its authorities.'),
  'elasticsearch.ssl.certificate': z
    .string()
    .min(1)
    .optional()
    .describe('The PEM file of our own certificate.'),
  'elasticsearch.ssl.key': z.string().min(1).optional().describe('The PEM file of its key.'),
  'elasticsearch.ssl.keyPassphrase': z.string().optional().describe('What opens the key.'),
  'elasticsearch.ssl.keystore.path': z
    .string()
    .min(1)
    .optional()
    .describe('A PKCS#12 file with our own certificate and key.'),
  'elasticsearch.ssl.keystore.password': z.string().optional().describe('What opens it.'),
} satisfies Record<string, z.ZodType>;
