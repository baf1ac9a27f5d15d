import { readFileSync } from 'node:fs';
import { messageOf } from '@patchbay/kit';
import type { Command } from 'commander';
import { z } from 'zod';
import { type ConnectionOptions, connect } from '../api-client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { carried, printCarried } from './carried.ts';
import { addConflictOptions, type ConflictOptions, conflictOptions } from './conflict-options.ts';
import { PASSPHRASE_FILE, type PassphraseOptions, readPassphrase, readSecretFile } from './passphrase.ts';

interface ImportOptions extends ConnectionOptions, ConflictOptions, PassphraseOptions {
  identity?: string;
}

const object = z.looseObject({
  id: z.string(),
  meta: z.looseObject({ title: z.string().optional() }),
  destinationId: z.string().optional(),
});

const imported = z.looseObject({
  success: z.boolean(),
  successResults: z.array(object).default([]),
  errors: z
    .array(
      object.extend({
        type: z.string(),
        error: z.looseObject({ type: z.string(), message: z.string().optional() }),
      }),
    )
    .default([]),
  warnings: z.array(z.looseObject({ message: z.string() })),
});

export function addImport(command: Command, terminal: Terminal): void {
  addConflictOptions(command)
    .description(
      'Imports connectors from a file that connectors export, or Kibana, has written. The passphrase of an encrypted one is asked for. Exits 1 where not all were imported.',
    )
    .argument('<file>', '- is standard input')
    .option(...PASSPHRASE_FILE)
    .option('--identity <file>', 'private keys of age (AGE-SECRET-KEY-1...), as age-keygen writes them')
    .action((file: string, options: ImportOptions) => importFile(file, options, terminal));
}

async function importFile(file: string, options: ImportOptions, terminal: Terminal): Promise<void> {
  const bytes = file === '-' ? Buffer.from(await terminal.readInput()) : read(file);
  await (isAge(bytes) ? importLocked : importPlain)(bytes, options, terminal);
}

async function importPlain(bytes: Buffer, options: ImportOptions, terminal: Terminal): Promise<void> {
  const { overwrite, createNewCopies } = conflictOptions(options);
  const api = await connect(terminal, options);
  const path = `/api/saved_objects/_import?overwrite=${overwrite}&createNewCopies=${createNewCopies}`;
  const answer = await api.upload(path, { name: 'connectors.ndjson', bytes }, {});
  const { success, successResults, errors, warnings } = imported.parse(answer);
  if (options.json) terminal.printJson(answer);
  else {
    const problems = errors.map((each) => [
      each.id,
      each.meta.title ?? each.type,
      each.error.message ?? each.error.type,
    ]);
    // While something is to be resolved nothing was made, though the answer has what would be.
    const isHeldUp = errors.some(({ error }) => RESOLVABLE.has(error.type));
    const done = isHeldUp ? 'not imported' : 'imported';
    const rows = successResults.map((each) => [each.destinationId ?? each.id, each.meta.title ?? '', done]);
    for (const line of table(['ID', 'NAME', ''], [...rows, ...problems])) terminal.print(line);
    for (const { message } of warnings) terminal.note(message);
  }
  if (!success)
    throw new CommandError(EXIT.failed, `${errors.length} objects of the file were not imported.`);
}

const RESOLVABLE = new Set(['conflict', 'ambiguous_conflict', 'missing_references']);

async function importLocked(bytes: Buffer, options: ImportOptions, terminal: Terminal): Promise<void> {
  const { identity, passphraseFile } = options;
  if (identity !== undefined && passphraseFile !== undefined)
    throw new CommandError(EXIT.usage, 'Give either --passphrase-file or --identity.');
  const { overwrite, createNewCopies } = conflictOptions(options);
  const key: Record<string, string> =
    identity === undefined
      ? { passphrase: await readPassphrase(options, terminal, { isNew: false }) }
      : { identity: readSecretFile(identity, '--identity') };
  const api = await connect(terminal, options);
  const answer = await api.upload(
    '/api/patchbay/connectors/_import',
    { name: 'connectors.age', bytes },
    { ...key, overwrite: String(overwrite), create_new_copies: String(createNewCopies) },
  );
  if (options.json) return terminal.printJson(answer);
  printCarried(z.object({ connectors: carried }).parse(answer).connectors, terminal);
}

function isAge(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 100).toString('latin1').trimStart();
  return head.startsWith('-----BEGIN AGE ENCRYPTED FILE-----') || head.startsWith('age-encryption.org/v1\n');
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CommandError(EXIT.failed, `Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}
