import { existsSync, renameSync, rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { messageOf } from '@patchbay/kit';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from './api-client.ts';
import { addConfigOption, type ConfigOptions } from './config-files.ts';
import { configuredStore, explained } from './configured-store.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

interface BackupOptions extends ConnectionOptions, ConfigOptions {
  offline?: boolean;
}

export function addBackup(program: Command, terminal: Terminal): void {
  addConnectionOptions(addConfigOption(program.command('backup')))
    .summary('write everything that the store holds to a file')
    .description(
      'Writes everything that the store holds, as it is at one moment, to a new file, and verifies it. Through the running server, which works on meanwhile; it takes a superuser. Secrets stay encrypted. The encryption key is not in it: keep it in another place, without it no secret can be restored.',
    )
    .argument('<file>', 'a file that is not there yet')
    .option(
      '--offline',
      'read the store itself: a PostgreSQL at any time, a SQLite file with the server stopped',
    )
    .action((file: string, options: BackupOptions) => explained(() => backup(file, options, terminal)));
}

async function backup(file: string, options: BackupOptions, terminal: Terminal): Promise<void> {
  if (existsSync(file)) throw new CommandError(EXIT.usage, `${file} is there already.`);
  const { checkBackup } = await import('@patchbay/engine/store');
  const unfinished = `${file}.new`;
  rmSync(unfinished, { force: true });
  try {
    await write(await bytesOf(options, terminal), unfinished);
    const { schema, createdAt, rows } = await checkBackup(unfinished);
    renameSync(unfinished, file);
    if (options.json) return terminal.printJson({ file, created_at: createdAt, schema, rows });
    terminal.print(`wrote and verified ${file}: ${rows} rows, as they were at ${createdAt}`);
    terminal.note('The encryption key is not in it: keep that too, in another place.');
  } finally {
    rmSync(unfinished, { force: true });
  }
}

async function bytesOf(options: BackupOptions, terminal: Terminal): Promise<Readable> {
  if (!options.offline) {
    const api = await connect(terminal, options);
    return api.download('POST', '/api/patchbay/_backup');
  }
  const [{ backupStore }, { packed }] = await Promise.all([
    import('@patchbay/engine/store'),
    import('../packed.ts'),
  ]);
  return packed(await backupStore(await configuredStore(options, terminal), new Date()));
}

async function write(bytes: Readable, path: string): Promise<void> {
  const [{ createWriteStream }, { pipeline }] = await Promise.all([
    import('node:fs'),
    import('node:stream/promises'),
  ]);
  try {
    await pipeline(bytes, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
  } catch (cause) {
    throw new CommandError(EXIT.failed, `The backup broke off: ${messageOf(cause)}.`, { cause });
  }
}
