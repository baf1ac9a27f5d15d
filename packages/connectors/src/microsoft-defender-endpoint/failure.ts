import { type FailureReading, seemsToHoldToken } from '@patchbay/kit';

/** What was called, as an error tells it: without its query, and without what is secret. */
export interface Called {
  method: string;
  url: string;
}

/** https://learn.microsoft.com/en-us/defender-endpoint/api/common-errors */
export function failureReading({ method, url }: Called): FailureReading {
  return {
    failureText({ response, message }) {
      const body = response?.data() || {};
      const told = seemsToHoldToken(body) ? {} : body;
      const appendix = `\nURL called:[${method.toLowerCase()}] ${url}\nResponse body: ${JSON.stringify(told)}`;
      if (response === undefined) return `${message || 'Unknown API Error'}${appendix}`;
      const error = errorIn(body);
      if (error.code === 'ActiveRequestAlreadyExists') {
        return `${error.message}. Please wait or force clear with 'cancel' response action`;
      }
      if (response.status === 401) return `Unauthorized API Error (401)${appendix}`;
      return `API Error: [${response.statusText}] ${message}${appendix}`;
    },
  };
}

function errorIn(body: unknown): { code?: unknown; message?: unknown } {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  return typeof error === 'object' && error !== null ? error : {};
}
