import { readFileSync } from 'node:fs';
import { messageOf } from '@patchbay/kit';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** What a file of secrets is locked or opened with: never an argument, which everybody reads who may list processes. */
export interface PassphraseOptions {
  passphraseFile?: string;
}

export const PASSPHRASE_FILE = ['--passphrase-file <file>', 'a file that holds the passphrase'] as const;

/** From its file, or asked for; twice where nobody could tell later that it was mistyped. */
export async function readPassphrase(
  { passphraseFile }: PassphraseOptions,
  terminal: Terminal,
  { isNew }: { isNew: boolean },
): Promise<string> {
  if (passphraseFile !== undefined)
    return readSecretFile(passphraseFile, '--passphrase-file').replace(/\r?\n$/, '');
  const instead = `give ${PASSPHRASE_FILE[0]}`;
  const passphrase = await terminal.askSecret('Passphrase of the file', instead);
  if (isNew && passphrase !== (await terminal.askSecret('Once more', instead)))
    throw new CommandError(EXIT.usage, 'The two are not the same.');
  return passphrase;
}

export function readSecretFile(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandError(EXIT.usage, `${option}: cannot read ${file}: ${messageOf(cause)}.`, { cause });
  }
}
