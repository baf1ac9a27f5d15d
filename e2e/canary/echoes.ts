import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** Remote services that repeat whatever they were given, in every way that one could. */
export interface Echoes {
  /** Answers with this status and, in reason phrase, headers and body, all of the request. */
  echo(status: number, tls?: ServerOptions): Promise<string>;
  /** Refuses tunnels with 407; to hosts that begin with `inside` it opens them, and answers in them itself. */
  proxy(): Promise<string>;
  /** Elasticsearch: what comes of a bulk is named by its index. */
  elasticsearch(): Promise<string>;
  /** Gives this answer to whoever asks, and nothing of the request. */
  answering(status: number, body: unknown): Promise<string>;
  /** Sends on to where it was asked from, secrets in the new URL. */
  redirecting(): Promise<string>;
  /** Takes requests and says nothing. */
  silent(): Promise<string>;
  close(): void;
}

export function echoes(): Echoes {
  const servers: Server[] = [];
  async function listen(server: Server): Promise<string> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return {
    async echo(status, tls) {
      const handle: RequestListener = async (request, response) => {
        const everything = await repeated(request);
        const reason = everything[status % everything.length] ?? '';
        response.writeHead(status, latin1(reason).slice(0, 3000), {
          'content-type': 'application/json',
          'x-echo': latin1(everything.join(' ')).slice(0, 6000),
        });
        response.end(JSON.stringify({ message: everything.join('\n'), error: everything }));
      };
      return tls === undefined
        ? `http://${await listen(createServer(handle))}`
        : `https://${await listen(createTlsServer(tls, handle))}`;
    },
    async proxy() {
      const server = createServer();
      server.on('connect', async (request: IncomingMessage, socket: Socket) => {
        socket.on('error', () => socket.destroy());
        const everything = (await repeated(request)).join(' ');
        if (!request.url?.startsWith('inside')) {
          const text = latin1(everything).slice(0, 6000);
          socket.end(`HTTP/1.1 407 ${text}\r\nx-echo: ${text}\r\ncontent-length: 0\r\n\r\n`, 'latin1');
          return;
        }
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.once('data', () => {
          const body = JSON.stringify({ message: everything });
          socket.end(
            `HTTP/1.1 502 ${STATUS_CODES[502]}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
          );
        });
      });
      return `http://${await listen(server)}`;
    },
    async elasticsearch() {
      const server = createServer(async (request, response) => {
        const said = (await repeated(request)).join(' ');
        const error = { type: said, reason: said, root_cause: [{ type: said, reason: said }] };
        const isFailing = !request.url?.startsWith('/bulk-');
        response.writeHead(isFailing ? 401 : 200, { 'content-type': 'application/json' });
        if (isFailing) response.end(JSON.stringify({ error, status: 401 }));
        else if (request.url?.startsWith('/bulk-ok')) {
          response.end(
            JSON.stringify({ errors: false, items: [{ create: { _id: said, status: 201, [said]: 1 } }] }),
          );
        } else {
          response.end(JSON.stringify({ errors: true, items: [{ create: { status: 400, error } }] }));
        }
      });
      return `http://${await listen(server)}`;
    },
    async answering(status, body) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return `http://${await listen(createServer((_request, response) => response.writeHead(status).end(text)))}`;
    },
    async redirecting() {
      const server = createServer(async (request, response) => {
        const everything = await repeated(request);
        const location = `ftp://elsewhere.example/?${encodeURIComponent(everything[0] ?? '')}`;
        response.writeHead(302, { location }).end();
      });
      return `http://${await listen(server)}`;
    },
    async silent() {
      return `http://${await listen(createServer(() => {}))}`;
    },
    close() {
      for (const server of servers) server.close().closeAllConnections();
    },
  };
}

/** All of a request, in the ways in which services, languages and their logs write things. */
async function repeated(request: IncomingMessage): Promise<string[]> {
  let body = '';
  // A tunnel that is asked for has none.
  if (request.method !== 'CONNECT') for await (const chunk of request) body += chunk;
  const headers = request.rawHeaders.map((text) => Buffer.from(text, 'latin1').toString('utf8'));
  const said = JSON.stringify({ url: request.url, headers, body });
  const clear = [...headers.map(decodedBasic), request.url ?? '', body].join(' ');
  return [
    said,
    clear,
    JSON.stringify(said),
    encodeURIComponent(said),
    encodeURIComponent(encodeURIComponent(clear)),
    new URLSearchParams({ said, clear }).toString(),
    ascii(said),
    said.replaceAll('/', '\\/'),
    html(clear),
    wrapped(clear),
    wrapped(said),
    base64(said),
    base64(clear),
    wrapped(base64(clear)),
    Buffer.from(clear).toString('base64url'),
    Buffer.from(clear).toString('hex'),
    Buffer.from(clear, 'latin1').toString('base64'),
  ];
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

function decodedBasic(header: string): string {
  const [scheme, credentials] = header.split(' ');
  if (credentials === undefined) return header;
  return scheme === 'Basic' || scheme === 'ApiKey'
    ? Buffer.from(credentials, 'base64').toString('utf8')
    : credentials;
}

/** As many languages write JSON by default. */
function ascii(json: string): string {
  return json.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('/', '&#x2F;')
    .replaceAll('é', '&#233;');
}

function wrapped(text: string): string {
  return text.replace(/.{19}/gs, '$&\r\n  ');
}

/** As a header's or a reason phrase's bytes. */
function latin1(text: string): string {
  return Buffer.from(text.replace(/[\r\n]+ */g, ''))
    .toString('latin1')
    .replace(/[^\x20-\x7e\x80-\xff]/g, '?');
}
