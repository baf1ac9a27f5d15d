import { readFileSync } from 'node:fs';
import { yamlProblems } from '@patchbay/engine/config';
import { messageOf } from '@patchbay/kit';
import { LineCounter, parseAllDocuments } from 'yaml';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** The documents of a YAML (or JSON) file; `-` is standard input. Throws `CommandError`, exit 1. */
export async function readYaml(file: string, terminal: Terminal): Promise<unknown[]> {
  const text = file === '-' ? await terminal.readInput() : readText(file);
  const lineCounter = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter, prettyErrors: false })];
  const problems = documents
    .flatMap(({ errors }) => yamlProblems(errors, lineCounter))
    .map((problem) => `${nameOf(file)}: ${problem}`);
  if (problems.length > 0) throw new CommandError(EXIT.failed, problems.join('\n'));
  try {
    return documents.map((document) => document.toJS());
  } catch {
    throw new CommandError(EXIT.failed, `${nameOf(file)}: an alias in it leads nowhere, or to too much`);
  }
}

export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandError(EXIT.failed, `Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}
