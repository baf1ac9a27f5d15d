import { z } from 'zod';
import { byteSize } from '../units.ts';
import { list } from './values.ts';

const encryptionKey = z.string().min(32, 'expected at least 32 characters');

/** Encryption, saved objects and spaces. */
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
} satisfies Record<string, z.ZodType>;
