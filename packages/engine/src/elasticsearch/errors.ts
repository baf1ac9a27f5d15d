import { ElasticsearchError, type HttpRequestError } from '@patchbay/kit';
import type { Redact } from '../redaction/index.ts';

interface Reason {
  type?: unknown;
  reason?: unknown;
}

/** Elasticsearch's own verdict, in the form that its official client gives it. */
export function statusError(status: number, body: unknown, text: string): ElasticsearchError {
  return new ElasticsearchError(textOf(status, body), { status, body: text });
}

/** No answer came. */
export function connectionError({ code, message }: HttpRequestError, redact: Redact): ElasticsearchError {
  return new ElasticsearchError(code === 'ECONNABORTED' ? 'Request timed out' : redact(message));
}

function textOf(status: number, body: unknown): string {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return `Response Error: HTTP status ${status}`;
  const error = 'error' in body ? body.error : undefined;
  if (!isReason(error)) return JSON.stringify(body);
  const { type, caused_by: cause, root_cause: roots } = error;
  const lines = [String(type)];
  if (isReason(cause)) lines.push('\tCaused by:', line(cause));
  if (Array.isArray(roots) && roots.length > 0) {
    lines.push('\tRoot causes:', ...roots.filter(isReason).map(line));
  }
  return lines.join('\n');
}

function isReason(value: unknown): value is Reason & { caused_by?: unknown; root_cause?: unknown } {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function line({ type, reason }: Reason): string {
  return `\t\t${type}: ${reason}`;
}
