import {
  type ErrorSource,
  HttpRequestError,
  type HttpResponse,
  HttpStatusError,
  messageOf,
  RunError,
  TokenError,
} from '@patchbay/kit';

/** What was called, as the end of an error text names it. */
export interface Called {
  method: 'get' | 'post' | 'patch';
  endpoint: 'table' | 'import_set' | 'health' | 'bulk_observables';
}

/** A call that failed, in the reference's words. It keeps what ServiceNow answered, for whoever wraps it again. */
export class ServiceNowError extends RunError {
  override readonly name = 'ServiceNowError';
  readonly response: HttpResponse | undefined;
  readonly status: string;

  constructor(what: string, cause: unknown, called: Called | undefined) {
    const { error, reason } = explain(cause);
    const status = statusOf(cause);
    const where =
      called === undefined
        ? ''
        : ` [status=${status}] [method=${called.method}] [endpoint=${called.endpoint}]`;
    super(
      `[Action][ServiceNow]: ${what}. Error: ${error}${reason === undefined ? '' : ` Reason: ${reason}`}${where}`,
      { source: sourceOf(cause), cause },
    );
    this.response = responseOf(cause);
    this.status = status;
  }
}

/** A request that is not sent, or an answer that says no, with what stands for a status in the text. */
export class RefusedError extends RunError {
  override readonly name = 'RefusedError';
  readonly status: string;

  constructor(message: string, { status, source }: { status: string; source: ErrorSource }) {
    super(message, { source });
    this.status = status;
  }
}

/** Runs a call, whose failure becomes a `ServiceNowError`. Left out `called`: the text ends after the reason. */
export async function orFail<T>(
  what: string,
  called: Called | undefined,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new ServiceNowError(what, cause, called);
  }
}

function explain(cause: unknown): { error: string; reason?: string | undefined } {
  const body = responseOf(cause)?.data();
  if (body) return { error: messageOf(cause), reason: reasonIn(body) };
  return (cause instanceof TokenError && refusalIn(cause.message)) || { error: messageOf(cause) };
}

/** Of a body `{error: {message, detail}, status: 'failure'}`, as all of ServiceNow's REST APIs answer. */
function reasonIn(body: unknown): string {
  const { error } = Object(body) as { error?: unknown };
  const { message, detail } = Object(error) as { message?: unknown; detail?: unknown };
  if (typeof message !== 'string') return 'unknown: no error in error response';
  return typeof detail === 'string' && detail !== '' ? `${message}: ${detail}` : message;
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2, as the text of the error holds it. */
function refusalIn(text: string): { error: string; reason: string | undefined } | undefined {
  const { error, error_description: description } = Object(parsed(text)) as Record<string, unknown>;
  if (typeof error !== 'string') return undefined;
  return { error, reason: typeof description === 'string' && description !== '' ? description : undefined };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function responseOf(cause: unknown): HttpResponse | undefined {
  return cause instanceof HttpStatusError || cause instanceof ServiceNowError ? cause.response : undefined;
}

function statusOf(cause: unknown): string {
  if (cause instanceof HttpStatusError) return String(cause.response.status);
  if (cause instanceof ServiceNowError || cause instanceof RefusedError) return cause.status;
  if (cause instanceof HttpRequestError && cause.code !== undefined) return cause.code;
  return 'none';
}

function sourceOf(cause: unknown): ErrorSource {
  if (!(cause instanceof RunError)) return 'framework';
  const isTooLarge =
    cause instanceof HttpRequestError && /^maxContentLength size of \d+ exceeded$/.test(cause.message);
  return isTooLarge ? 'user' : cause.source;
}
