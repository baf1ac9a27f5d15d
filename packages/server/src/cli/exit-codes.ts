/** What a command's exit says to a script. */
export const EXIT = {
  ok: 0,
  /** It was tried and did not work: a mistake in a file, a server's refusal, a run that ended in an error. */
  failed: 1,
  /** The command was not understood, or would have had to ask where nobody can answer. */
  usage: 2,
  /** The server cannot be reached, or does not let this caller do it. */
  noAccess: 3,
  notFound: 4,
  /** `connectors apply --check`: the plan has changes. */
  changes: 5,
  /** Ctrl-C at a prompt: 128 and the signal's number, as shells count. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `Exit codes:
  0  done
  1  failed: a mistake in a file, the server's refusal, a run that ended in an error
  2  not understood, or a question that nobody is there to answer
  3  cannot connect, or not authorised
  4  not found
  5  connectors apply --check: the plan has changes`;

/** Why a command ends; the message is for the person at the terminal. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
