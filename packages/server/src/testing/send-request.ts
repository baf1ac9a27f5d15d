import { request } from 'node:http';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's body is what a test is about to look into
  body: any;
}

export interface SentRequest {
  method: string;
  /** Sent as it stands, whether or not it is a path. */
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Closes the connection. */
  signal?: AbortSignal | undefined;
}

/** One request over a socket, with no header of a client's own but `Host`, `Connection` and the body's length. */
export function sendRequest(origin: string, sent: SentRequest): Promise<Answer> {
  const { method, path, body, signal } = sent;
  const isChunked = 'transfer-encoding' in sent.headers;
  const headers = {
    ...(body !== undefined && !isChunked && { 'content-length': String(Buffer.byteLength(body)) }),
    ...sent.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(origin, { method, path, headers, ...(signal && { signal }) }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = /\bjson\b/.test(incoming.headers['content-type'] ?? '');
        resolve({
          status: incoming.statusCode ?? 0,
          headers: new Headers(
            Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: isJson && text !== '' ? JSON.parse(text) : text,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
