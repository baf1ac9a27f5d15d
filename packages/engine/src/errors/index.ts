/** An error whose text and status are the answer to the caller. Everything else thrown is a 500 without detail. */
export abstract class AnswerError extends Error {
  abstract readonly statusCode: number;
  readonly attributes: Record<string, unknown> | undefined;
  /** When the same call may succeed. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    options: { attributes?: Record<string, unknown>; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.attributes = options.attributes;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export class BadRequestError extends AnswerError {
  readonly statusCode = 400;
}

export class UnauthorizedError extends AnswerError {
  readonly statusCode = 401;
}

export class ForbiddenError extends AnswerError {
  readonly statusCode = 403;
}

export class NotFoundError extends AnswerError {
  readonly statusCode = 404;
}

export class ConflictError extends AnswerError {
  readonly statusCode = 409;
}

export class PayloadTooLargeError extends AnswerError {
  readonly statusCode = 413;
}

export class UnsupportedMediaTypeError extends AnswerError {
  readonly statusCode = 415;
}

export class TooManyRequestsError extends AnswerError {
  readonly statusCode = 429;
}

/** Too much at once, and nothing is broken. */
export class ServiceUnavailableError extends AnswerError {
  readonly statusCode = 503;
}

/** Something inside is broken in a way that the caller should hear of, such as a secret that does not open. */
export class InternalError extends AnswerError {
  readonly statusCode = 500;
}

/** The same error for one of several things that were asked for: its place, from 0 on, goes before its text. */
export function atPlace(place: number, error: AnswerError): AnswerError {
  const { message, attributes, cause } = error;
  const Same = error.constructor as new (
    ...parameters: ConstructorParameters<typeof AnswerError>
  ) => AnswerError;
  return new Same(`[${place}]: ${message}`, { ...(attributes !== undefined && { attributes }), cause });
}

/** Why the process does not start. The message is for the operator, one line a problem. */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
}

/** The database that a store is in cannot be reached, is in use, or does not let us in. */
export class StoreUnreachableError extends StartupError {}

/** There is no store where one should be. */
export class StoreMissingError extends StartupError {
  override readonly name = 'StoreMissingError';
}
