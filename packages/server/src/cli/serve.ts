import { connectorTypes } from '@patchbay/connectors';
import { FIRST_USER } from '@patchbay/engine/access';
import { loadSettings } from '@patchbay/engine/config';
import type { Redact } from '@patchbay/engine/redaction';
import type { Command } from 'commander';
import { createLoggers, standardOutput } from '../logging.ts';
import { withOwnTypes } from '../own-types/index.ts';
import { type RunningServer, startServer } from '../start.ts';
import { openTracing, tellOfTraces } from '../tracing/open-tracing.ts';
import { API_LEVEL, PATCHBAY_VERSION } from '../version.ts';
import { createCollector } from './collector.ts';
import { addConfigOption, type ConfigOptions, configFiles } from './config-files.ts';
import { crashReport } from './crash.ts';
import { collectAtRest } from './memory-at-rest.ts';
import type { Terminal } from './terminal.ts';

export function addServe(program: Command, { environment }: Terminal): void {
  const command = program.command('serve', { isDefault: true }).summary('start the server (the default)');
  addConfigOption(command)
    .description('Starts the server.')
    .addHelpText(
      'after',
      '\nSettings also come from the environment: SERVER_PORT, PATH_DATA, XPACK_ACTIONS_ALLOWEDHOSTS, ...',
    )
    .action((options: ConfigOptions) => serve(options, environment));
}

async function serve(options: ConfigOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const loaded = loadSettings({ files: configFiles(options), environment });
  const traces = await openTracing(loaded.settings, (problem) => tellOfTraces(logger('tracing'), problem));
  const output = await standardOutput(loaded.settings['patchbay.logging.format']);
  const logger = createLoggers(loaded.settings, output, traces.tracing);
  for (const warning of loaded.warnings) logger('config').warn(warning);
  const types = await withOwnTypes(connectorTypes, loaded);
  const collector = createCollector();
  const server = await startServer({
    ...loaded,
    types,
    environment,
    logger,
    traces,
    collectYoung: collector.young,
  });
  crashWithoutSecrets(server.redact);
  // Before anybody is told that it is ready.
  heedSignals(server, (message) => logger('server').info(message));
  process.stdout.write(banner(server));
  collectAtRest(collector, logger('server'));
}

/** An error that nobody caught ends the process, as always; of its text what is secret is taken out. */
function crashWithoutSecrets(redact: Redact): void {
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${crashReport(error, redact)}\n`);
    process.exit(1);
  });
}

function banner({ url, metricsUrl, dataPath, generatedPassword, newKeyFile }: RunningServer): string {
  const lines = [
    `Patchbay ${PATCHBAY_VERSION} (API level ${API_LEVEL}) is ready.`,
    `  URL:             ${url}`,
    `  Data directory:  ${dataPath}`,
    `  User:            ${FIRST_USER}`,
  ];
  if (metricsUrl !== undefined) lines.push(`  Metrics:         ${metricsUrl}/metrics`);
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

/**
 * The first signal stops the server; a later one ends the process at once. SIGHUP has files read again; of a server at a
 * terminal it says that the terminal is gone.
 */
function heedSignals(server: RunningServer, log: (message: string) => void): void {
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
        process.stderr.write(`${crashReport(error, server.redact)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', process.stdout.isTTY ? stop : () => server.reload());
}
