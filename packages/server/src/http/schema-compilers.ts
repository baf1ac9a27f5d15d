import type { FastifyServerOptions } from 'fastify';
import type { z } from 'zod';
import { requestError } from './request-error.ts';

type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;

/**
 * The schemas of routes are zod's, and answers are plain JSON. A server that is made with these never loads Fastify's own
 * compilers, Ajv and fast-json-stringify.
 */
export const schemaCompilers: Compilers = {
  // Their types know of Ajv only.
  buildValidator: (() => validatorOf) as unknown as NonNullable<Compilers['buildValidator']>,
  buildSerializer: () => () => JSON.stringify,
};

function validatorOf({ schema, httpPart }: { schema: z.ZodType; httpPart?: string }) {
  return (value: unknown) => {
    const parsed = schema.safeParse(value, { reportInput: true });
    return parsed.success ? { value: parsed.data } : { error: requestError(httpPart, parsed.error) };
  };
}
