import { z } from 'zod';

/** The body of every answer that is an error. */
export const errorAnswer = z.strictObject({
  statusCode: z.int().min(400).max(599),
  error: z.string(),
  message: z.string(),
  attributes: z.record(z.string(), z.unknown()).optional(),
});
