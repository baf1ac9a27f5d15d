import { readFileSync } from 'node:fs';
import { messageOf } from '@patchbay/kit';
import { LineCounter, parseAllDocuments } from 'yaml';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** The documents of a YAML (or JSON) file; `-` is standard input. Throws `CommandError`, exit 1. */
export async function readYaml(file: string, terminal: Terminal): Promise<unknown[]> {
  const text = file === '-' ? await terminal.readInput() : readText(file);
  const lineCounter = new LineCounter();
  // The parser's own messages quote the text, and with it what should be secret: only its code and place are said.
  const documents = [...parseAllDocuments(text, { lineCounter, prettyErrors: false })];
  const problems = documents.flatMap(({ errors }) =>
    errors.map(({ code, pos }) => {
      const { line, col } = lineCounter.linePos(pos[0]);
      return `${nameOf(file)}: line ${line}, column ${col}: ${code.toLowerCase().replaceAll('_', ' ')}`;
    }),
  );
  if (problems.length > 0) throw new CommandError(EXIT.failed, problems.join('\n'));
  return documents.map((document) => document.toJS());
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
