import { StartupError } from '@patchbay/engine/errors';
import { Command, CommanderError } from 'commander';
import { API_LEVEL, PATCHBAY_VERSION } from '../version.ts';
import { crashReport } from './crash.ts';
import { CommandError, EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import { createTerminal, type Streams, type Terminal } from './terminal.ts';

type AddCommand = (program: Command, terminal: Terminal) => void;

/** Loaded one at a time: a start need not read what lists connectors, nor that the server. */
const commands: Record<string, () => Promise<AddCommand>> = {
  serve: async () => (await import('./serve.ts')).addServe,
  config: async () => (await import('./config.ts')).addConfig,
  connectors: async () => (await import('./connectors.ts')).addConnectors,
  deliveries: async () => (await import('./deliveries/deliveries.ts')).addDeliveries,
  why: async () => (await import('./why.ts')).addWhy,
  events: async () => (await import('./events/events.ts')).addEvents,
  spaces: async () => (await import('./spaces.ts')).addSpaces,
  keystore: async () => (await import('./keystore.ts')).addKeystore,
  keys: async () => (await import('./keys.ts')).addKeys,
  store: async () => (await import('./store.ts')).addStore,
  backup: async () => (await import('./backup.ts')).addBackup,
  restore: async () => (await import('./restore.ts')).addRestore,
  users: async () => (await import('./users.ts')).addUsers,
  'api-keys': async () => (await import('./api-keys.ts')).addApiKeys,
};

/** Runs the `patchbay` command; resolves with the exit code. A server that was started runs on. */
export async function runPatchbay(args: readonly string[], streams: Streams): Promise<number> {
  const terminal = createTerminal(streams);
  try {
    const program = await createProgram(terminal, wantedCommands(args));
    const [first = '--help'] = args;
    if (!first.startsWith('-') && first !== 'help' && !Object.hasOwn(commands, first)) {
      // Commander would take it for an argument of the default command.
      program.error(`error: unknown command '${first}'`);
    }
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has written what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CommandError) {
      terminal.note(error.message);
      return error.exitCode;
    }
    if (error instanceof StartupError) terminal.note(error.message);
    else terminal.note(crashReport(error));
    return EXIT.failed;
  }
}

/** The whole command line with the commands named, in the order of the help. */
export async function createProgram(
  terminal: Terminal,
  names: readonly string[] = Object.keys(commands),
): Promise<Command> {
  const program = new Command('patchbay')
    .description(
      'Connectors as standalone software: one dependable place from which every notification leaves.',
    )
    .version(`Patchbay ${PATCHBAY_VERSION} (API level ${API_LEVEL})`, '-v, --version', 'the version')
    .helpOption('-h, --help', 'this text')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(withoutValues(text)),
    })
    .showHelpAfterError('(see --help)')
    .addHelpText('after', `\n${EXIT_CODES_HELP}`);
  for (const name of names) (await commands[name]?.())?.(program, terminal);
  return program;
}

/** Somebody may have written `--password=...` or `--api-key ...` in spite of everything: it is not repeated. */
function withoutValues(message: string): string {
  return message
    .replace(/(unknown option '[^'=]*)=[^']*'/s, "$1=...'")
    .replace(/(Expected \d+ arguments? but got \d+): .*\./s, '$1.');
}

/** Those that these arguments can mean. An option in first place is one of `serve`, the default. */
function wantedCommands(args: readonly string[]): string[] {
  const [first] = args;
  if (first === undefined) return ['serve'];
  if (Object.hasOwn(commands, first)) return [first];
  return first.startsWith('-') && !['-h', '--help'].includes(first) ? ['serve'] : Object.keys(commands);
}
