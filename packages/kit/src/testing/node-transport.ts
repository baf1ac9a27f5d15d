import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf } from '../errors.ts';
import {
  HttpRequestError,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '../http/index.ts';

/**
 * The plainest transport: one request over Node's own client, redirects not followed, no limits. For an
 * author's tests; in the product every request leaves through the engine's egress.
 */
export const nodeTransport: Transport = ({ method, url, headers, body, signal }) =>
  new Promise<TransportResponse>((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const sent = { ...headers, ...lengthHeader(body) };
    const outgoing = send(url, { method, headers: sent, signal, agent: false }, (incoming) =>
      resolve({
        status: incoming.statusCode ?? 0,
        statusText: incoming.statusMessage ?? '',
        headers: Object.fromEntries(
          Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: incoming,
      }),
    );
    outgoing.on('error', (cause: NodeJS.ErrnoException) =>
      reject(new HttpRequestError(messageOf(cause), { code: cause.code, cause })),
    );
    void writeBody(outgoing, body).catch((error) => outgoing.destroy(error));
  });

/** Node says no length of a body that goes with a GET. */
function lengthHeader(body: TransportRequest['body']): Record<string, number> {
  const isWhole = typeof body === 'string' || body instanceof Uint8Array;
  return isWhole ? { 'Content-Length': Buffer.byteLength(body) } : {};
}

async function writeBody(
  outgoing: ReturnType<typeof httpRequest>,
  body: TransportRequest['body'],
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  for await (const chunk of body) outgoing.write(chunk);
  outgoing.end();
}
