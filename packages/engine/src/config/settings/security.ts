import { z } from 'zod';
import { byteSize, duration } from '../units.ts';
import { list } from './values.ts';

const encryptionKey = z.string().min(32, 'expected at least 32 characters');

/** What a timer can wait for, and too often is not often. */
const cleanUpInterval = duration.refine((ms) => ms >= 10_000 && ms < 2 ** 31, {
  message: 'expected a duration from 10s to 24d',
});

/** Encryption, saved objects, spaces and sessions. */
export const securitySettings = {
  'xpack.encryptedSavedObjects.encryptionKey': encryptionKey
    .optional()
    .describe('The key that secrets are encrypted with. Left out: a key generated into the data folder.'),
  'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys': list(encryptionKey)
    .default([])
    .describe('Former keys, tried in order when the key does not open a secret.'),
  'savedObjects.maxImportExportSize': z
    .int()
    .min(1)
    .default(10_000)
    .describe('How many saved objects one export or import may have.'),
  'savedObjects.maxImportPayloadBytes': byteSize
    .default(26_214_400)
    .describe('The largest file that is imported.'),
  'xpack.spaces.maxSpaces': z.int().min(1).default(1000).describe('How many spaces there may be.'),
  'xpack.spaces.allowFeatureVisibility': z
    .boolean()
    .default(true)
    .describe('Whether a space may have `disabledFeatures`.'),
  'xpack.spaces.allowSolutionVisibility': z
    .boolean()
    .default(true)
    .describe('Whether a space may have a `solution`.'),
  'xpack.security.session.idleTimeout': duration
    .default(3 * 86_400_000)
    .describe('After how long without a call a session ends; 0: not for that.'),
  'xpack.security.session.lifespan': duration
    .default(30 * 86_400_000)
    .describe('After how long a session ends, however much it is used; 0: never.'),
  'xpack.security.session.cleanupInterval': cleanUpInterval
    .default(3_600_000)
    .describe('How often sessions that have ended are removed from the store.'),
  'xpack.security.cookieName': z
    .string()
    .regex(/^[\w-]+$/, "only letters, digits, '_' and '-' are allowed")
    .default('sid')
    .describe('The name of the cookie that holds a session.'),
  'xpack.security.secureCookies': z
    .boolean()
    .default(false)
    .describe(
      'Whether browsers send it over TLS only. Always so where this server speaks TLS; set it where a proxy in front does.',
    ),
  'xpack.security.sameSiteCookies': z
    .enum(['Strict', 'Lax', 'None'])
    .default('Lax')
    .describe('Whether browsers send it along with what other sites link to or ask for.'),
} satisfies Record<string, z.ZodType>;
