import type { ImportOutcome } from '@patchbay/engine/saved-objects';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { createJsonParser } from '../../http/json-parser.ts';
import { readNdjson } from '../../http/ndjson.ts';
import { readForm } from '../../http/read-form.ts';
import type { System } from '../../system.ts';
import { importAnswer } from '../../wire/import-answer.ts';
import { authorizeObjects } from './access.ts';

const MAX_RETRIES = 10_000;
const MAX_REPLACED_REFERENCES = 100;

/** In a query everything is text. */
const flag = z
  .preprocess((value) => (value === 'true' || value === 'false' ? value === 'true' : value), z.boolean())
  .default(false);

const copies = {
  createNewCopies: flag,
  /** Without effect: nothing here was ever converted from one space to many. */
  compatibilityMode: flag,
};

const notBoth = (one: string, other: string) => `cannot use [${one}] with [${other}]`;

const isEither = (query: { createNewCopies: boolean; compatibilityMode: boolean }) =>
  !(query.createNewCopies && query.compatibilityMode);

const importQuery = z
  .strictObject({ overwrite: flag, ...copies })
  .refine(({ overwrite, createNewCopies }) => !(overwrite && createNewCopies), {
    message: notBoth('overwrite', 'createNewCopies'),
    abort: true,
  })
  .refine(isEither, { message: notBoth('createNewCopies', 'compatibilityMode') });

const retryQuery = z
  .strictObject(copies)
  .refine(isEither, { message: notBoth('createNewCopies', 'compatibilityMode') });

const noFields = z.strictObject({});

const retry = z.strictObject({
  type: z.string(),
  id: z.string(),
  overwrite: z.boolean().default(false),
  destinationId: z.string().optional(),
  replaceReferences: z
    .array(z.strictObject({ type: z.string(), from: z.string(), to: z.string() }))
    .max(MAX_REPLACED_REFERENCES)
    .default([]),
  createNewCopy: z.boolean().optional(),
  ignoreMissingReferences: z.boolean().optional(),
});

const retryFields = z.strictObject({ retries: z.preprocess(fromJson, z.array(retry).max(MAX_RETRIES)) });

function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Files of connectors, as the reference or `export.ts` writes them. */
export function importRoutes(app: App, system: System): void {
  const { savedObjects, settings } = system;
  const parse = createJsonParser(app);
  const rules = { maxBytes: settings['savedObjects.maxImportPayloadBytes'], extension: '.ndjson' };
  const config = { access: 'public', audit: 'saved_objects_import' } as const;

  app.post(
    '/api/saved_objects/_import',
    { schema: { querystring: importQuery }, config: { ...config, form: noFields } },
    async (request) => {
      const asker = await authorizeObjects(system, request, 'bulk_create');
      const { file } = await readForm(request, { ...rules, fields: noFields });
      const lines = readNdjson(file, request, parse);
      const outcome = await savedObjects.import({ spaceId: request.spaceId, asker }, lines, request.query);
      return answerOf(request, outcome);
    },
  );

  app.post(
    '/api/saved_objects/_resolve_import_errors',
    { schema: { querystring: retryQuery }, config: { ...config, form: retryFields } },
    async (request) => {
      const asker = await authorizeObjects(system, request, 'bulk_create');
      const { file, fields } = await readForm(request, { ...rules, fields: retryFields });
      const lines = readNdjson(file, request, parse);
      const { createNewCopies } = request.query;
      const options = { retries: fields.retries, createNewCopies };
      const { spaceId } = request;
      return answerOf(request, await savedObjects.resolveImportErrors({ spaceId, asker }, lines, options));
    },
  );
}

/** One that did not succeed is a 200 too, which the audit log is told. */
function answerOf(request: FastifyRequest, outcome: ImportOutcome) {
  const answer = importAnswer(outcome);
  request.hasFailed = !answer.success;
  return answer;
}
