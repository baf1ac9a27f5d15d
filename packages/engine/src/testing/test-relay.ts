import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Passes TCP on to a server, until a test says otherwise. */
export interface TestRelay extends AsyncDisposable {
  port: number;
  /** Ends all connections, and takes no new ones. */
  cut(): void;
  /** Keeps all connections, and passes nothing on any more: as a network that swallows everything. */
  swallow(): void;
  /** Passes on again what comes over new connections. */
  mend(): void;
}

export interface TestRelayOptions {
  /** Made for each connection: what of the server's data goes on. */
  toClient?: () => (data: Buffer) => Buffer;
}

export async function testRelay(
  port: number,
  { toClient = () => (data) => data }: TestRelayOptions = {},
): Promise<TestRelay> {
  const sockets = new Set<Socket>();
  let mode: 'passing' | 'cut' | 'swallowing' = 'passing';
  const server = createServer((near) => {
    if (mode === 'cut') return near.destroy();
    sockets.add(near.on('error', () => {}));
    if (mode === 'swallowing') return;
    const far = connect(port, '127.0.0.1').on('error', () => {});
    sockets.add(far);
    const filtered = toClient();
    near.on('data', (data) => mode === 'passing' && far.write(data));
    far.on('data', (data) => mode === 'passing' && near.write(filtered(data)));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const end = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      mode = 'cut';
      end();
    },
    swallow() {
      mode = 'swallowing';
    },
    mend() {
      end();
      mode = 'passing';
    },
    async [Symbol.asyncDispose]() {
      end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
