import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf } from '../errors.ts';
import { HttpRequestError, type Transport, type TransportResponse } from '../http/index.ts';

/**
 * The plainest transport: one request over Node's own client, redirects not followed, no limits. For an
 * author's tests; in the product every request leaves through the engine's egress.
 */
export const nodeTransport: Transport = ({ method, url, headers, body, signal }) =>
  new Promise<TransportResponse>((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const outgoing = send(url, { method, headers, signal, agent: false }, (incoming) =>
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

async function writeBody(
  outgoing: ReturnType<typeof httpRequest>,
  body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined,
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  for await (const chunk of body) outgoing.write(chunk);
  outgoing.end();
}
