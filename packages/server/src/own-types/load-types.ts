import { existsSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoadedSettings } from '@patchbay/engine/config';
import { StartupError } from '@patchbay/engine/errors';
import { type ConnectorType, messageOf } from '@patchbay/kit';
import { exportedTypes } from './exported-types.ts';
import { fileIn, hookModules, specifierFrom } from './module-hooks.ts';

const SETTING = 'patchbay.connectorTypes';

/**
 * The built-in types and, behind them, those that the modules of `patchbay.connectorTypes` export. Their code runs. All of
 * them or none: throws `StartupError` with one line a problem.
 */
export async function withOwnTypes(
  builtIn: readonly ConnectorType[],
  { settings, folders }: Pick<LoadedSettings, 'settings' | 'folders'>,
): Promise<readonly ConnectorType[]> {
  const modules = settings[SETTING];
  if (modules.length === 0) return builtIn;
  hookModules();
  const takenBy = new Map(builtIn.map(({ id }) => [id, 'a built-in type']));
  const types = [...builtIn];
  const problems: string[] = [];
  for (const name of modules) {
    try {
      for (const type of exportedTypes(await load(name, folders))) {
        const other = takenBy.get(type.id);
        if (other !== undefined) throw new Error(`the id "${type.id}" is taken by ${other}`);
        takenBy.set(type.id, name);
        types.push(type);
      }
    } catch (error) {
      problems.push(`${SETTING}: ${name}: ${firstLine(messageOf(error))}`);
    }
  }
  if (problems.length > 0) throw new StartupError(problems.join('\n'));
  return types;
}

async function load(name: string, folders: readonly string[]): Promise<Record<string, unknown>> {
  const specifier = isAbsolute(name) ? fileSpecifier(name) : packageSpecifier(name, folders);
  try {
    return await import(specifier);
  } catch (cause) {
    throw new Error(`cannot be loaded: ${firstLine(messageOf(cause))}`, { cause });
  }
}

function fileSpecifier(path: string): string {
  if (!existsSync(path)) throw new Error('there is no such file');
  return pathToFileURL(path).href;
}

function packageSpecifier(name: string, folders: readonly string[]): string {
  const folder = folders.find((candidate) => isInstalled(name, candidate));
  if (folder === undefined) throw new Error(`there is no such package, seen from ${folders.join(' or ')}`);
  return specifierFrom(folder, name);
}

function isInstalled(name: string, folder: string): boolean {
  try {
    return findPackageJSON(name, fileIn(folder)) !== undefined;
  } catch {
    return false;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
