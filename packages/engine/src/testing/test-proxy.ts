import { createServer } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface TestProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, or https. */
  url: string;
  /** What was asked for: `host:port`, in order, also when it was refused. */
  tunnels: { target: string; headers: Record<string, string | string[] | undefined> }[];
  /** Connections that are open. */
  open(): number;
}

export interface TestProxyOptions {
  /** Makes it an https proxy. */
  tls?: ServerOptions;
  /** The `Proxy-Authorization` that it asks for. */
  authorization?: string;
  /** Names that it knows better than the system: `host:port` to a local port. */
  routes?: Record<string, number>;
}

/** A forward proxy that tunnels: CONNECT only, 407 without the credentials, 502 when the target is not there. */
export async function testProxy({
  tls,
  authorization,
  routes = {},
}: TestProxyOptions = {}): Promise<TestProxy> {
  const tunnels: TestProxy['tunnels'] = [];
  const sockets = new Set<Socket>();
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (_request, response) => response.writeHead(405).end());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, client: Socket, head: Buffer) => {
    const target = request.url ?? '';
    tunnels.push({ target, headers: request.headers });
    client.on('error', () => client.destroy());
    if (authorization !== undefined && request.headers['proxy-authorization'] !== authorization) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(target) ?? [];
    const route = routes[target];
    const remote = route === undefined ? connect(Number(port), host) : connect(route, '127.0.0.1');
    remote.once('connect', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      remote.write(head);
      remote.pipe(client).pipe(remote);
    });
    remote.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'));
    client.on('close', () => remote.destroy());
    remote.on('close', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
