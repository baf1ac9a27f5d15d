import { HttpRequestError, messageOf, RunError } from '@patchbay/kit';

export type Sdk = typeof import('@modelcontextprotocol/client');

/** The server answered with a status or a body that are none of the protocol's. */
export class StreamableHttpError extends RunError {
  override readonly name = 'StreamableHttpError';
}

/** An error of the client, with the text that the reference's has (the client's former version). */
export function failure(error: unknown, sdk: Pick<Sdk, 'ProtocolError' | 'SdkError'>): unknown {
  if (error instanceof sdk.ProtocolError) {
    return new RunError(`MCP error ${error.code}: ${error.message}`, { cause: error });
  }
  if (error instanceof sdk.SdkError && error.code.startsWith('CLIENT_HTTP_')) {
    return new StreamableHttpError(`Streamable HTTP error: ${error.message}`, { cause: error });
  }
  return error;
}

const REFUSED_OR_RESET: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ECONNRESET']);

/** Whether another attempt to connect may fare better. */
export function isWorthReconnecting(error: unknown): boolean {
  return (
    error instanceof StreamableHttpError ||
    (error instanceof HttpRequestError && REFUSED_OR_RESET.has(error.code)) ||
    /connection|ECONNREFUSED/.test(messageOf(error))
  );
}
