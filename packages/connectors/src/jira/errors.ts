import { type ErrorSource, HttpStatusError, messageOf, RunError } from '@patchbay/kit';

/** Runs a call, whose failure becomes `[Action][Jira]: <what>. Error: <why>. Reason: <what Jira says>`. */
export async function orFail<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const body = cause instanceof HttpStatusError ? cause.response.data() : undefined;
    throw new RunError(`[Action][Jira]: ${what}. Error: ${messageOf(cause)}. Reason: ${reasonOf(body)}`, {
      source: sourceOf(cause),
      cause,
    });
  }
}

/** Jira's own words: its messages, else what it says of single fields. */
function reasonOf(body: unknown): string {
  if (body === undefined || body === null) return 'unknown: errorResponse was null';
  const { errorMessages, errors } = body as { errorMessages?: unknown; errors?: unknown };
  if (Array.isArray(errorMessages) && errorMessages.length > 0) return errorMessages.join(', ');
  if (typeof errors !== 'object' || errors === null) return 'unknown: errorResponse.errors was null';
  return Object.values(errors).join(' ');
}

/** Too many requests, and what Jira refuses as wrong, is the user's to mend. */
function sourceOf(error: unknown): ErrorSource {
  if (error instanceof HttpStatusError) {
    return [400, 429].includes(error.response.status) ? 'user' : 'framework';
  }
  return error instanceof RunError ? error.source : 'framework';
}
