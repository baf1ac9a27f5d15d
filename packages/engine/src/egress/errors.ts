import { HttpRequestError, messageOf } from '@patchbay/kit';
import { errors } from 'undici';

/** Advice to whoever starts Node, which is nobody who reads the text. */
const NODE_HINT = /; if the root CA is installed locally.*$/s;

/** An error of a library that does its own TLS. */
export function withoutNodeHint(error: unknown): unknown {
  if (!(error instanceof Error) || !NODE_HINT.test(error.message)) return error;
  return new HttpRequestError(error.message.replace(NODE_HINT, ''), {
    code: (error as NodeJS.ErrnoException).code,
    cause: error,
  });
}

/** Whatever went wrong below, in the words of the reference's client: Node's own code and text where there are. */
export function toRequestError(error: unknown): HttpRequestError {
  if (error instanceof HttpRequestError) return error;
  // Several addresses were tried: the first refusal speaks for all.
  if (error instanceof AggregateError && error.errors.length > 0) return toRequestError(error.errors[0]);
  if (error instanceof errors.SocketError) return hungUp(error);
  if (error instanceof errors.ConnectTimeoutError) {
    return new HttpRequestError('connect ETIMEDOUT', { code: 'ETIMEDOUT', cause: error });
  }
  if (error instanceof errors.HTTPParserError) {
    return new HttpRequestError(`Parse Error: ${error.message}`, { code: error.code, cause: error });
  }
  if (error instanceof errors.InvalidArgumentError)
    return new HttpRequestError(error.message, { cause: error });
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'UND_ERR_INFO' || code === 'ECONNRESET') return hungUp(error);
  return new HttpRequestError(messageOf(error).replace(NODE_HINT, ''), { code, cause: error });
}

/** A connection was not there in time: look-up, proxy and TLS included. */
export function connectTimedOut(): HttpRequestError {
  return new HttpRequestError('connect ETIMEDOUT', { code: 'ETIMEDOUT' });
}

/** The answer is longer than `xpack.actions.maxResponseContentLength`. */
export function tooLarge(maxBytes: number): HttpRequestError {
  return new HttpRequestError(`maxContentLength size of ${maxBytes} exceeded`);
}

/** Whether `tooLarge` made it: the reference's client gives it no code. */
export function isTooLarge({ message }: Pick<Error, 'message'>): boolean {
  return message.startsWith('maxContentLength size of ');
}

function hungUp(cause: unknown): HttpRequestError {
  return new HttpRequestError('socket hang up', { code: 'ECONNRESET', cause });
}
