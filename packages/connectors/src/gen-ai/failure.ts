import { type FailureReading, type HttpResponse, RunError, ServiceError } from '@patchbay/kit';

/** What Azure says to functions in versions of its API that do not know them. */
const NO_FUNCTIONS = 'Unrecognized request argument supplied: functions';

/** The service's words, in the reference's frame. */
export const failureText: FailureReading['failureText'] = ({ response, message, code }) => {
  if (response === undefined) return `Unexpected API Error: ${code ?? ''} - ${message || 'Unknown error'}`;
  const said = errorText(response);
  if (response.status === 404 && said === NO_FUNCTIONS) {
    return `API Error: 404 ${NO_FUNCTIONS}\n\nFunctions need version 2023-07-01-preview or newer of the API: change the api-version in the connector's URL.`;
  }
  const suffix = said === undefined ? '' : ` - ${said}`;
  return response.status === 401
    ? `Unauthorized API Error${suffix}`
    : `API Error: ${response.statusText}${suffix}`;
};

/** OpenAI gives an object with a message; LM Studio the text itself. */
function errorText(response: HttpResponse): string | undefined {
  const body = response.data();
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  if (typeof error === 'string') return error || undefined;
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof message === 'string' ? message || undefined : undefined;
}

/** For `catch`: a failure of TLS with what to do about it. */
export function tlsAdvised(error: unknown): never {
  if (error instanceof ServiceError) {
    const { message, source } = error;
    const advised = (text: string) => new RunError(text, { source, cause: error });
    if (message.includes('UNABLE_TO_VERIFY_LEAF_SIGNATURE')) {
      throw advised(
        `Certificate error: ${message}. Please check if your PKI certificates are valid or adjust SSL verification mode.`,
      );
    }
    if (message.includes('ERR_TLS_CERT_ALTNAME_INVALID') || message.includes('ERR_TLS_HANDSHAKE')) {
      throw advised(
        `TLS handshake failed: ${message}. Verify server certificate hostname and CA configuration.`,
      );
    }
  }
  throw error;
}
