import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A request as it arrived. `headers` have lower-case names, `rawHeaders` are as they were sent. */
export interface ReceivedRequest {
  method: string;
  /** Path with query. */
  url: string;
  headers: Record<string, string>;
  rawHeaders: string[];
  body: string;
}

export interface StandInAnswer {
  status?: number;
  statusText?: string;
  headers?: Record<string, string>;
  /** What is given piece by piece arrives so; where it throws, the connection breaks off. */
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** A vendor's stand-in. `received` holds the requests in the order in which they arrived. */
export interface StandIn extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, no trailing slash. */
  url: string;
  received: ReceivedRequest[];
  close(): Promise<void>;
}

/** Starts a local HTTP server that plays the vendor: `answer` enforces the vendor's rules. Default: empty 200. */
export async function standIn(
  answer: (request: ReceivedRequest) => StandInAnswer | Promise<StandInAnswer> = () => ({}),
): Promise<StandIn> {
  const received: ReceivedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void receive(incoming)
      .then(async (request) => {
        received.push(request);
        const { status = 200, statusText, headers = {}, body } = await answer(request);
        if (statusText === undefined) outgoing.writeHead(status, headers);
        else outgoing.writeHead(status, statusText, headers);
        if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body);
        else await pipeline(Readable.from(body, { objectMode: false }), outgoing);
      })
      .catch((error) => outgoing.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    headers: Object.fromEntries(headers),
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
