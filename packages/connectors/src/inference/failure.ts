import { ElasticsearchError, RunError } from '@patchbay/kit';
import { upstreamText } from './upstream-text.ts';

/** What a run says of a chat that Elasticsearch refused. Providers' own statuses are inside the text of its 400. */
export function chatFailure(error: unknown, inferenceId: string): unknown {
  if (!(error instanceof ElasticsearchError) || error.status === undefined) return error;
  const { status, body, message } = error;
  if (body?.includes('status [429]') && body.includes('quota')) {
    return new RunError(upstreamText(body), { source: 'user', cause: error });
  }
  const code = `Inference endpoint [${inferenceId}] returned status code ${status}`;
  const text = body === undefined ? `${code}; upstream body stream failed: ${message}` : `${code}: ${body}`;
  return new RunError(upstreamText(text), { source: sourceOf(status), cause: error });
}

/** The same of the other tasks. */
export function taskFailure(error: unknown): unknown {
  if (!(error instanceof ElasticsearchError)) return error;
  const { status, message, body } = error;
  const parts = [message];
  if (status !== undefined) parts.push(`Status code: ${status}`);
  if (body && !message.includes(body)) parts.push(`Upstream response: ${body}`);
  const text = upstreamText(parts.filter((part) => part !== '').join('. ') || 'Unknown error');
  return new RunError(text, { source: status === undefined ? 'framework' : sourceOf(status), cause: error });
}

function sourceOf(status: number): 'user' | 'framework' {
  return status < 500 ? 'user' : 'framework';
}
