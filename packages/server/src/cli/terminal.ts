import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { CommandError, EXIT } from './exit-codes.ts';

type Format = Parameters<typeof styleText>[0];

/** Where a command reads and writes: results on standard output, everything else on standard error. */
export interface Terminal {
  environment: NodeJS.ProcessEnv;
  /** A line of the result. */
  print(line: string): void;
  /** The whole result, for a program to read. */
  printJson(value: unknown): void;
  /** A line for the person, beside the result. */
  note(line: string): void;
  /** Colours for standard output: none where it is not a terminal, or `NO_COLOR` is set. */
  style(format: Format, text: string): string;
  /** Columns on standard error, undefined where it is not a terminal. */
  noteWidth(): number | undefined;
  /** Overwrites the line on standard error. */
  redrawNote(line: string): void;
  /** Whether somebody can be asked. */
  isInteractive: boolean;
  /** Refuses (exit 2) where nobody can be asked, saying what to give instead. */
  confirm(question: string, instead: string): Promise<boolean>;
  /** As `confirm`, for a text that is not shown. */
  askSecret(question: string, instead: string): Promise<string>;
  /** Everything on standard input, without the newline at its end. */
  readInput(): Promise<string>;
}

export interface Streams {
  environment: NodeJS.ProcessEnv;
  stdin: ReadStream | (Readable & { isTTY?: boolean });
  stdout: WriteStream;
  stderr: WriteStream;
}

export function createTerminal({ environment, stdin, stdout, stderr }: Streams): Terminal {
  const isInteractive = stdin.isTTY === true && stderr.isTTY === true;

  async function ask(question: string, instead: string, isHidden: boolean): Promise<string> {
    if (!isInteractive) throw new CommandError(EXIT.usage, `There is no terminal to ask at: ${instead}.`);
    const { createInterface } = await import('node:readline/promises');
    const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input: stdin, output: isHidden ? hidden : stderr, terminal: true });
    // After the terminal was told not to echo: what is typed at once must not show either.
    if (isHidden) stderr.write(question);
    const interrupted = new Promise<never>((_resolve, reject) => {
      const stop = () => reject(new CommandError(EXIT.interrupted, 'Interrupted.'));
      lines.once('SIGINT', stop);
      lines.once('close', stop);
    });
    try {
      return await Promise.race([lines.question(isHidden ? '' : question), interrupted]);
    } finally {
      lines.close();
      if (isHidden) stderr.write('\n');
    }
  }

  return {
    environment,
    isInteractive,
    print: (line) => void stdout.write(`${line}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    style: (format, text) => styleText(format, text, { stream: stdout, validateStream: true }),
    // A terminal that does not know its size says 0.
    noteWidth: () => (stderr.isTTY ? stderr.columns || 80 : undefined),
    redrawNote: (line) => void stderr.write(`\r\u001b[K${line}`),
    async confirm(question, instead) {
      const answer = await ask(`${question} [y/N] `, instead, false);
      return /^y(es)?$/i.test(answer.trim());
    },
    askSecret: (question, instead) => ask(`${question}: `, instead, true),
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks)
        .toString('utf8')
        .replace(/\r?\n$/, '');
    },
  };
}
