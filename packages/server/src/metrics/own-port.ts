import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartupError } from '@patchbay/engine/errors';
import { http } from '@patchbay/engine/node-http';
import { type Logger, messageOf } from '@patchbay/kit';
import type { Metrics } from './index.ts';

export interface OwnPort {
  url: string;
  close(): Promise<void>;
}

type Scrape = () => ReturnType<Metrics['scrape']>;

/** `/metrics` and nothing else, for anybody who reaches the port. Throws `StartupError` when it cannot listen. */
export async function listenForMetrics(
  { host, port }: { host: string; port: number },
  scrape: Scrape,
  log: Logger,
): Promise<OwnPort> {
  const server = http.createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    scrape().then(
      ({ contentType, text }) => response.writeHead(200, { 'content-type': contentType }).end(text),
      (error) => {
        log.error(`metrics: ${messageOf(error)}`);
        response.writeHead(500).end();
      },
    );
  });
  await listening(server, { host, port });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listening(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new StartupError(`patchbay.metrics.port: cannot listen on ${host}:${port} (${cause.code}).`, {
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}
