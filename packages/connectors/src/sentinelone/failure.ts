import type { FailureReading } from '@patchbay/kit';

/** What went wrong, and then what SentinelOne said about it. The URL, which has the token in it, is no part of either. */
export const failureText: FailureReading['failureText'] = ({ response, message }) => {
  const body = response?.data() || {};
  return `${reason(response, message)}\nResponse body: ${JSON.stringify(body)}`;
};

function reason(response: { status: number; statusText: string } | undefined, message: string): string {
  if (response === undefined) return message || 'Unknown API Error';
  if (response.status === 401) return 'Unauthorized API Error (401)';
  return `API Error: [${response.statusText}] ${message}`;
}
