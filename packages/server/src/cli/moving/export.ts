import { writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { messageOf } from '@patchbay/kit';
import type { Command } from 'commander';
import { type ApiClient, type ConnectionOptions, connect } from '../api-client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { PASSPHRASE_FILE, type PassphraseOptions, readPassphrase } from './passphrase.ts';

interface ExportOptions extends ConnectionOptions, PassphraseOptions {
  output?: string;
  withSecrets?: boolean;
  recipient?: string[];
}

export function addExport(command: Command, terminal: Terminal): void {
  command
    .description(
      'Exports connectors of a space, all or some: without their secrets as NDJSON that Kibana imports too, or with them, encrypted for age.',
    )
    .argument('[ids...]')
    .option('-o, --output <file>', 'a new file; left out: standard output')
    .option('--with-secrets', 'with secrets and settings, encrypted; the passphrase is asked for')
    .option(...PASSPHRASE_FILE)
    .option(
      '--recipient <key>',
      'a public key of age (age1...) in place of a passphrase; may be given more than once',
      (key: string, before: string[] = []) => [...before, key],
    )
    .action((ids: string[], options: ExportOptions) => exportConnectors(ids, options, terminal));
}

async function exportConnectors(ids: string[], options: ExportOptions, terminal: Terminal): Promise<void> {
  const { withSecrets = false, recipient, passphraseFile, output } = options;
  if (!withSecrets && (recipient ?? passphraseFile) !== undefined)
    throw new CommandError(EXIT.usage, 'A passphrase or a recipient is for --with-secrets.');
  if (recipient !== undefined && passphraseFile !== undefined)
    throw new CommandError(EXIT.usage, 'Give either --passphrase-file or --recipient.');
  if (options.json && output === undefined)
    throw new CommandError(EXIT.usage, '--json: what is exported is the result. Give --output too.');
  // Asked for before anything else is: whoever mistypes it learns of it first.
  const lock =
    recipient === undefined
      ? withSecrets && { passphrase: await readPassphrase(options, terminal, { isNew: true }) }
      : { recipients: recipient };
  const api = await connect(terminal, options);
  const bytes = await buffer(await (lock === false ? plainFile(api, ids) : lockedFile(api, ids, lock)));
  if (output === undefined) return terminal.print(bytes.toString('utf8').trimEnd());
  write(output, bytes);
  if (options.json) terminal.printJson({ file: output, bytes: bytes.byteLength, with_secrets: withSecrets });
  else terminal.note(`wrote ${output}`);
}

function plainFile(api: ApiClient, ids: readonly string[]): Promise<Readable> {
  const objects = ids.map((id) => ({ type: 'action', id }));
  const asked = ids.length === 0 ? { type: 'action' } : { objects };
  return api.download('POST', '/api/saved_objects/_export', asked);
}

function lockedFile(api: ApiClient, ids: readonly string[], lock: object): Promise<Readable> {
  const some = ids.length === 0 ? {} : { connector_ids: ids };
  return api.download('POST', '/api/patchbay/connectors/_export', { ...some, ...lock });
}

/** Its owner's alone, and never in the place of another one. */
function write(file: string, bytes: Buffer): void {
  try {
    writeFileSync(file, bytes, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new CommandError(EXIT.failed, `Cannot write ${file}: ${messageOf(cause)}.`, { cause });
  }
}
