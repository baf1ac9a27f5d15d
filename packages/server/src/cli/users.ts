import type { Command } from 'commander';
import { z } from 'zod';
import { accessLimits } from '../access-limits.ts';
import { addConnectionOptions, type ConnectionOptions, connect } from './api-client.ts';
import { addConfigOption, type ConfigOptions, configFiles } from './config-files.ts';
import { confirmOrStop } from './confirm.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { readNewPassword } from './new-password.ts';
import { openOfflineStore } from './offline-store.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

const userList = z.array(
  z.looseObject({
    username: z.string(),
    roles: z.array(z.string()),
    full_name: z.string().nullish(),
    email: z.string().nullish(),
    enabled: z.boolean(),
  }),
);

interface CreateOptions extends ConnectionOptions {
  role?: string[];
  fullName?: string;
  email?: string;
  passwordStdin?: boolean;
}

export function addUsers(program: Command, terminal: Terminal): void {
  const users = program.command('users').summary('list, create and delete users; reset a password');

  addConnectionOptions(users.command('list'))
    .description('Lists the users.')
    .action((options: ConnectionOptions) => list(options, terminal));

  addConnectionOptions(users.command('create'))
    .description('Creates a user. The password is asked for.')
    .argument('<name>')
    .option(
      '--role <role>',
      'a role of the user; may be given more than once',
      (role: string, before: string[] = []) => [...before, role],
    )
    .option('--full-name <text>')
    .option('--email <address>')
    .option('--password-stdin', "read the new user's password from standard input")
    .action((name: string, options: CreateOptions) => create(name, options, terminal));

  addConnectionOptions(users.command('delete'))
    .description('Deletes a user.')
    .argument('<name>')
    .option('-y, --yes', 'do not ask')
    .action((name: string, options: ConnectionOptions & { yes?: boolean }) =>
      remove(name, options, terminal),
    );

  addConfigOption(users.command('reset-password'))
    .description(
      'Sets the password of a user straight in the store, for when nobody can log in any more. On a SQLite file the server must be stopped.',
    )
    .argument('<name>')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'the result as JSON on standard output')
    .action((name: string, options: ResetOptions) => resetPassword(name, options, terminal));
}

async function list(options: ConnectionOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const users = userList.parse(await api.call('GET', '/internal/security/users'));
  if (options.json) return terminal.printJson(users);
  const rows = users.map((user) => [
    user.username,
    user.roles.join(','),
    user.enabled ? 'yes' : 'no',
    user.full_name ?? '',
    user.email ?? '',
  ]);
  for (const line of table(['NAME', 'ROLES', 'ENABLED', 'FULL NAME', 'EMAIL'], rows)) terminal.print(line);
}

async function create(username: string, options: CreateOptions, terminal: Terminal): Promise<void> {
  const api = await connect(terminal, options);
  const path = userPath(username);
  // The API's own call would change a user that is there already.
  const existing = userList.parse(await api.call('GET', '/internal/security/users'));
  if (existing.some((user) => user.username === username)) {
    throw new CommandError(EXIT.failed, `There is a user "${username}" already.`);
  }
  const password = await readNewPassword(terminal, options, username);
  const { role: roles = [], fullName, email } = options;
  const user = await api.call('POST', path, { username, password, roles, full_name: fullName, email });
  if (options.json) terminal.printJson(user);
  else terminal.print(`created the user "${username}"`);
}

async function remove(
  username: string,
  options: ConnectionOptions & { yes?: boolean },
  terminal: Terminal,
): Promise<void> {
  await confirmOrStop(terminal, options, `Delete the user "${username}"?`);
  const api = await connect(terminal, options);
  await api.call('DELETE', userPath(username));
  if (options.json) terminal.printJson({ username, deleted: true });
  else terminal.print(`deleted the user "${username}"`);
}

interface ResetOptions extends ConfigOptions {
  passwordStdin?: boolean;
  json?: boolean;
}

async function resetPassword(username: string, options: ResetOptions, terminal: Terminal): Promise<void> {
  const [{ createAccess }, { loadSettings }, { NotFoundError }] = await Promise.all([
    import('@patchbay/engine/access'),
    import('@patchbay/engine/config'),
    import('@patchbay/engine/errors'),
  ]);
  const { settings } = loadSettings({ files: configFiles(options), environment: terminal.environment });
  // Opened before the password is asked for: whoever has a server running learns of it first.
  const store = await openOfflineStore(settings);
  try {
    const { access } = await createAccess({
      store,
      firstPassword: undefined,
      ...accessLimits(settings),
      now: () => new Date(),
    });
    const user = await access.getUser(username).catch((error) => {
      if (!(error instanceof NotFoundError)) throw error;
      throw new CommandError(EXIT.notFound, `There is no user "${username}".`);
    });
    await access.putUser({ ...user, password: await readNewPassword(terminal, options, username) });
  } finally {
    await store.close();
  }
  if (options.json) terminal.printJson({ username, reset: true });
  else terminal.print(`set the password of "${username}"`);
}

function userPath(username: string): string {
  return `/internal/security/users/${encodeURIComponent(username)}`;
}
