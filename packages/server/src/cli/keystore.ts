import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  createKeystore,
  findDataFolder,
  KEYSTORE_FILE,
  type Keystore,
  keystoreExists,
  keystoreKeyProblem,
  openKeystore,
} from '@patchbay/engine/config';
import type { Command } from 'commander';
import { addConfigOption, type ConfigOptions, configFiles } from './config-files.ts';
import { confirmOrStop } from './confirm.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

interface KeystoreOptions extends ConfigOptions {
  password?: boolean;
  json?: boolean;
}

type CreateOptions = KeystoreOptions & { yes?: boolean };

type AddOptions = KeystoreOptions & { yes?: boolean; stdin?: boolean };

const PASSWORD_VARIABLE = 'PATCHBAY_KEYSTORE_PASSWORD';

export function addKeystore(program: Command, terminal: Terminal): void {
  const keystore = program
    .command('keystore')
    .summary('keep secret settings encrypted, apart from the configuration file')
    .addHelpText(
      'after',
      '\nThe server reads the keystore when it starts: what is changed counts from then on.',
    );
  const local = (name: string) =>
    addConfigOption(keystore.command(name))
      .option('--password', `ask for the keystore's password; from a script, set ${PASSWORD_VARIABLE}`)
      .option('--json', 'the result as JSON on standard output');

  local('create')
    .description(`Makes an empty keystore, <path.data>/${KEYSTORE_FILE}.`)
    .option('-y, --yes', 'overwrite one that is there, without asking')
    .action((options: CreateOptions) => create(options, terminal));

  local('add')
    .description('Adds a setting. Its value is asked for.')
    .argument('<key>', 'a setting, or xpack.actions.preconfigured.<id>.secrets.<field>')
    .option('--stdin', 'read the value from standard input')
    .option('-y, --yes', 'overwrite a value that is there, without asking')
    .action((key: string, options: AddOptions) => add(key, options, terminal));

  local('list')
    .description('Lists the settings in the keystore, without their values.')
    .action((options: KeystoreOptions) => list(options, terminal));

  local('remove')
    .description('Removes a setting.')
    .argument('<key>')
    .action((key: string, options: KeystoreOptions) => remove(key, options, terminal));
}

async function create(options: CreateOptions, terminal: Terminal): Promise<void> {
  const path = pathOf(options, terminal);
  if (keystoreExists(path)) {
    await confirmOrStop(terminal, options, `There is a keystore ${path} already. Overwrite it?`);
  }
  const password = await passwordOf(options, terminal);
  if (options.password && password !== (await terminal.askSecret('Once more', INSTEAD))) {
    throw new CommandError(EXIT.usage, 'The two are not the same.');
  }
  mkdirSync(resolve(path, '..'), { recursive: true, mode: 0o700 });
  createKeystore(path, password);
  if (options.json) terminal.printJson({ path, created: true });
  else terminal.print(`created the keystore ${path}`);
}

async function add(key: string, options: AddOptions, terminal: Terminal): Promise<void> {
  const problem = keystoreKeyProblem(key);
  if (problem !== undefined) throw new CommandError(EXIT.usage, problem);
  const keystore = await open(options, terminal);
  if (keystore.list().includes(key)) {
    await confirmOrStop(terminal, options, `${key} is there already. Overwrite it?`);
  }
  const value = options.stdin
    ? await terminal.readInput()
    : await terminal.askSecret(`Value of ${key}`, 'give --stdin');
  if (value === '') throw new CommandError(EXIT.usage, 'The value is empty.');
  keystore.add(key, value);
  if (options.json) terminal.printJson({ key, added: true });
  else terminal.print(`added ${key}`);
}

async function list(options: KeystoreOptions, terminal: Terminal): Promise<void> {
  const keys = (await open(options, terminal)).list();
  if (options.json) return terminal.printJson(keys);
  for (const key of keys) terminal.print(key);
}

async function remove(key: string, options: KeystoreOptions, terminal: Terminal): Promise<void> {
  const keystore = await open(options, terminal);
  if (!keystore.remove(key)) throw new CommandError(EXIT.notFound, `${key} is not in the keystore.`);
  if (options.json) terminal.printJson({ key, removed: true });
  else terminal.print(`removed ${key}`);
}

async function open(options: KeystoreOptions, terminal: Terminal): Promise<Keystore> {
  const path = pathOf(options, terminal);
  if (!keystoreExists(path)) {
    throw new CommandError(
      EXIT.notFound,
      `There is no keystore ${path}: make it with "patchbay keystore create".`,
    );
  }
  return openKeystore(path, await passwordOf(options, terminal));
}

function pathOf(options: KeystoreOptions, { environment }: Terminal): string {
  return join(resolve(findDataFolder({ files: configFiles(options), environment })), KEYSTORE_FILE);
}

const INSTEAD = `set ${PASSWORD_VARIABLE}`;

/** Empty for a keystore without one. */
async function passwordOf({ password }: KeystoreOptions, terminal: Terminal): Promise<string> {
  if (password) return terminal.askSecret('Password of the keystore', INSTEAD);
  return terminal.environment[PASSWORD_VARIABLE] ?? '';
}
