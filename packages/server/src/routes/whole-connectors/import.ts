import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { createJsonParser } from '../../http/json-parser.ts';
import { readNdjson } from '../../http/ndjson.ts';
import { readForm } from '../../http/read-form.ts';
import type { System } from '../../system.ts';
import { carriedAnswer } from '../../wire/carried.ts';
import { auditedIds } from './audited-ids.ts';
import { targetIn } from './target.ts';

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');

/** `identity`: private keys, a line each; lines of comment are passed over, as in the files of `age-keygen`. */
const fields = z
  .strictObject({
    passphrase: z.string().min(1).optional(),
    identity: z.string().min(1).optional(),
    overwrite: flag,
    create_new_copies: flag,
  })
  .refine(({ passphrase, identity }) => (passphrase === undefined) !== (identity === undefined), {
    message: 'expected either [passphrase] or [identity]',
    abort: true,
  })
  .refine(({ overwrite, create_new_copies }) => !(overwrite && create_new_copies), {
    message: 'cannot use [overwrite] with [create_new_copies]',
  });

/** A file of `export.ts`, maybe from an installation with another key: its connectors work at once, all of them, or none is made. */
export function importWholeRoute(app: App, system: System): void {
  const { savedObjects, settings } = system;
  const parse = createJsonParser(app);
  const rules = { maxBytes: settings['savedObjects.maxImportPayloadBytes'], extension: '', fields };

  app.post(
    '/api/patchbay/connectors/_import',
    {
      config: {
        access: 'public',
        isActionsRoute: true,
        audit: 'connector_import_with_secrets',
        form: fields,
      },
    },
    async (request) => {
      const target = await targetIn(system, request, request.spaceId);
      const { file, fields: given } = await readForm(request, rules);
      const text = await savedObjects.openFile(file, keyOf(given));
      const lines = readNdjson(Buffer.from(text), request, parse);
      const options = { overwrite: given.overwrite, createNewCopies: given.create_new_copies };
      const outcome = await savedObjects.importWhole(target, lines, options);
      request.auditedId = auditedIds(outcome.carried.map(({ id }) => id));
      return { connectors: carriedAnswer(outcome, 'imported') };
    },
  );
}

function keyOf({ passphrase, identity = '' }: z.output<typeof fields>) {
  if (passphrase !== undefined) return { passphrase };
  const lines = identity.split('\n').map((line) => line.trim());
  return { identities: lines.filter((line) => line !== '' && !line.startsWith('#')) };
}
