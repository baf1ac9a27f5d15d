import { type FailureReading, messageOf, RunError, seemsToHoldToken } from '@patchbay/kit';

/** A failure in the service's words. `code` is the status of its answer, 500 where there was none. */
export class CrowdstrikeError extends RunError {
  override readonly name = 'CrowdstrikeError';
  readonly code: number;

  constructor(message: string, options: { code?: number; cause?: unknown } = {}) {
    super(message || 'Unknown Crowdstrike error', { cause: options.cause });
    this.code = options.code ?? 500;
  }
}

/** What a call ended with, without the framework's words before the service's. */
export function crowdstrikeError(cause: unknown): CrowdstrikeError {
  const text = messageOf(cause);
  const [, code, said] = /^Status code: (\d+)\. Message: (.*)$/s.exec(text) ?? [];
  return said === undefined
    ? new CrowdstrikeError(text, { cause })
    : new CrowdstrikeError(said, { code: Number(code), cause });
}

/** Falcon's answers have a list `errors`. https://developer.crowdstrike.com/docs/openapi/ */
export const failureText: FailureReading['failureText'] = ({ response, message, code }) => {
  const body = response?.data() || {};
  const said = firstError(body);
  if (said !== undefined) return said;
  // Node's text ends with what could not be reached.
  const target = message.split(' ').at(-1);
  if (code === 'ENOTFOUND') return `URL not found: ${target}`;
  if (code === 'ECONNREFUSED') return `Connection Refused: ${target}`;
  const told = JSON.stringify(seemsToHoldToken(body) ? {} : body);
  return response === undefined ? `Unknown API Error: ${told}` : `API Error: ${told}`;
};

function firstError(body: unknown): string | undefined {
  const errors = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const message =
    typeof first === 'object' && first !== null && 'message' in first ? first.message : undefined;
  return typeof message === 'string' ? message : undefined;
}
