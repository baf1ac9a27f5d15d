import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

export interface TestTlsOrigin extends AsyncDisposable {
  /** `https://localhost:<port>`. */
  url: string;
  port: number;
  /** The common name of the client's certificate, of each request; undefined: it showed none. */
  clients: (string | undefined)[];
}

/** An https server that answers so. */
export async function testTlsOrigin(options: ServerOptions, answer = 'hello'): Promise<TestTlsOrigin> {
  const clients: TestTlsOrigin['clients'] = [];
  const server = createServer(options, (request, response) => {
    const name = (request.socket as TLSSocket).getPeerCertificate()?.subject?.CN;
    clients.push(Array.isArray(name) ? name[0] : name);
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    port,
    clients,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
