/** Who has to act: `user` (the connector, its params, the remote's verdict on them) or `framework` (us). */
export type ErrorSource = 'user' | 'framework';

/** Whether a failed run is worth repeating: never, with back-off, or not before a moment. */
export type Retry = boolean | Date;

export interface ActionErrorOptions {
  /** What the remote service or the library under us said. */
  serviceMessage?: string | undefined;
  /** Left out: no verdict, which a direct run answers without `retry` and a delivery treats as `true`. */
  retry?: Retry | undefined;
  source?: ErrorSource | undefined;
  cause?: unknown;
}

/**
 * The action ran and failed in a way that its type understands. Its message, service message and retry are
 * the answer. Throw it from `execute`.
 *
 * The reference answers every failure that a type returns with `errorSource: user`, whatever the type says, and so
 * does this system: `source` is the type's own verdict, for whoever catches the error.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly serviceMessage: string | undefined;
  readonly retry: Retry | undefined;
  readonly source: ErrorSource;

  constructor(message: string, options: ActionErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.serviceMessage = options.serviceMessage;
    this.retry = options.retry;
    this.source = options.source ?? 'user';
  }
}

/**
 * A failure that the type did not foresee. The answer says `an error occurred while running the action`, with
 * this message as the service message and `retry: true`; `errorSource` is the source given here.
 */
export class RunError extends Error {
  override readonly name: string = 'RunError';
  readonly source: ErrorSource;

  constructor(message: string, options: { source?: ErrorSource; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.source = options.source ?? 'framework';
  }
}

/** The text of a thrown value, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
