import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connectorTypes } from '@patchbay/connectors';
import { FIRST_USER } from '@patchbay/engine/access';
import { loadSettings } from '@patchbay/engine/config';
import { StartupError } from '@patchbay/engine/errors';
import { createLoggers, standardOutput } from './logging.ts';
import { type RunningServer, startServer } from './start.ts';
import { API_LEVEL, PATCHBAY_VERSION } from './version.ts';

const DEFAULT_CONFIG = 'patchbay.yml';

const HELP = `Usage: npm start -- [options]

  -c, --config FILE   a kibana.yml-compatible configuration file; may be given more than once, later ones win.
                      Without it, ${DEFAULT_CONFIG} is read if it is there.
  -h, --help          this text
  -v, --version       the version

Settings also come from the environment: SERVER_PORT, PATH_DATA, XPACK_ACTIONS_ALLOWEDHOSTS, ...
`;

/** The `patchbay` command. Sets the process's exit code. */
export async function main(): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof StartupError) console.error(error.message);
    else console.error(error);
    process.exit(1);
  }
}

async function run(): Promise<void> {
  const args = readArguments();
  if (args.help) return void process.stdout.write(HELP);
  if (args.version) return void console.log(`Patchbay ${PATCHBAY_VERSION} (API level ${API_LEVEL})`);
  const files = args.config ?? (existsSync(DEFAULT_CONFIG) ? [DEFAULT_CONFIG] : []);
  const loaded = loadSettings({ files, environment: process.env });
  const logger = createLoggers(loaded.settings['logging.root.level'], await standardOutput());
  if (loaded.ignored.length > 0) {
    logger('config').warn(`settings of other parts of the stack are ignored: ${loaded.ignored.join(', ')}`);
  }
  const server = await startServer({ ...loaded, types: connectorTypes, logger });
  process.stdout.write(banner(server));
  stopOnSignals(server, (message) => logger('server').info(message));
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        config: { type: 'string', short: 'c', multiple: true },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    }).values;
  } catch (cause) {
    throw new StartupError(`${(cause as Error).message}\n\n${HELP}`, { cause });
  }
}

function banner({ url, dataPath, generatedPassword, newKeyFile }: RunningServer): string {
  const lines = [
    `Patchbay ${PATCHBAY_VERSION} (API level ${API_LEVEL}) is ready.`,
    `  URL:             ${url}`,
    `  Data directory:  ${dataPath}`,
    `  User:            ${FIRST_USER}`,
  ];
  if (generatedPassword !== undefined)
    lines.push(`  Password:        ${generatedPassword}   (shown this once)`);
  if (newKeyFile !== undefined) {
    lines.push(
      `  Encryption key:  written to ${newKeyFile}. Keep a copy: without it, stored secrets cannot be read.`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** npm passes a signal on that the terminal has already sent to the whole group: the echo is no second signal. */
const ECHO_MS = 1000;

/** The first signal stops the server; a later one ends the process at once. */
function stopOnSignals(server: RunningServer, log: (message: string) => void): void {
  let stoppingSince: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > ECHO_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    log(`${signal}: stopping`);
    server.stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
