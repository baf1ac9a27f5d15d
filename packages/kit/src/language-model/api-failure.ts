import type { FailureReading } from '../service/index.ts';

type FailedCall = Parameters<FailureReading['failureText']>[0];

/** The text of a failed call of a language model's API; `said` are the service's own words. */
export function modelApiFailure({ response, code, message }: FailedCall, said: string | undefined): string {
  if (response === undefined) return `Unexpected API Error: ${code ?? ''} - ${message || 'Unknown error'}`;
  if (response.status === 401) return `Unauthorized API Error${said ? `: ${said}` : ''}`;
  return `API Error: ${response.statusText}${said ? ` - ${said}` : ''}`;
}

/** What a service says with a 400 to an operation that it does not have. */
export const NOT_RECOGNIZED = 'The requested operation is not recognized by the service.';
