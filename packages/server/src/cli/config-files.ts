import { existsSync } from 'node:fs';
import type { Command } from 'commander';

/** What `addConfigOption` puts on a command. */
export interface ConfigOptions {
  config?: string[];
}

const DEFAULT_CONFIG = 'patchbay.yml';

export function addConfigOption(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    `a kibana.yml-compatible configuration file; may be given more than once, later ones win (default: ${DEFAULT_CONFIG} if it is there)`,
    (file: string, before: string[] = []) => [...before, file],
  );
}

export function configFiles({ config }: ConfigOptions): string[] {
  return config ?? (existsSync(DEFAULT_CONFIG) ? [DEFAULT_CONFIG] : []);
}
