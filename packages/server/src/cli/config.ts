import { loadSettings } from '@patchbay/engine/config';
import { StartupError } from '@patchbay/engine/errors';
import type { Command } from 'commander';
import { addConfigOption, type ConfigOptions, configFiles } from './config-files.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { startProblems } from './start-problems.ts';
import type { Terminal } from './terminal.ts';

export function addConfig(program: Command, terminal: Terminal): void {
  const config = program.command('config').summary('check the configuration');
  addConfigOption(config.command('check'))
    .description(
      'Reads the settings as the server would, from files and the environment, and prints what is wrong with them, one a line. Loads the modules of patchbay.connectorTypes, and starts nothing.',
    )
    .option('--json', 'the result as JSON on standard output')
    .action((options: ConfigOptions & { json?: boolean }) => check(options, terminal));
}

async function check(options: ConfigOptions & { json?: boolean }, terminal: Terminal): Promise<void> {
  const { problems, warnings } = await examine(configFiles(options), terminal.environment);
  if (options.json) terminal.printJson({ ok: problems.length === 0, problems, warnings });
  else if (problems.length === 0) terminal.print('ok');
  else for (const problem of problems) terminal.print(problem);
  if (!options.json) for (const warning of warnings) terminal.note(warning);
  if (problems.length > 0) throw new CommandError(EXIT.failed, count(problems.length));
}

async function examine(
  files: string[],
  environment: NodeJS.ProcessEnv,
): Promise<{ problems: string[]; warnings: string[] }> {
  try {
    const loaded = loadSettings({ files, environment });
    return { problems: await startProblems(loaded), warnings: loaded.warnings };
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    const [first = '', ...rest] = error.message.split('\n').map((line) => line.trim());
    return { problems: rest.length > 0 ? rest : [first], warnings: [] };
  }
}

function count(problems: number): string {
  return problems === 1 ? '1 problem.' : `${problems} problems.`;
}
