import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A remote service that misbehaves. */
export interface Remote {
  port: number;
  /** Connections that are open. */
  open(): number;
  close(): Promise<void>;
}

/** Hands each connection over once the request's headers have come. */
export function raw(behave: (socket: Socket) => void): Promise<Remote> {
  return listen(createServer(), (socket) => {
    let received = '';
    socket.on('data', (chunk) => {
      const isFirst = !received.includes('\r\n\r\n');
      received += chunk.toString('latin1');
      if (isFirst && received.includes('\r\n\r\n')) behave(socket);
    });
  });
}

/** Answers each request with these bytes. */
export function answering(answer: string | Buffer): Promise<Remote> {
  return raw((socket) => socket.write(answer));
}

/** Hands each connection over at once. */
export function connected(behave: (socket: Socket) => void): Promise<Remote> {
  return listen(createServer(), behave);
}

/** Takes connections and says nothing, not even in TLS. */
export function mute(): Promise<Remote> {
  return listen(createServer(), (socket) => socket.resume());
}

export function secure(options: ServerOptions): Promise<Remote> {
  return listen(createHttpsServer(options, (_request, response) => response.end('ok')));
}

/** A port on which nobody listens. */
export async function nobody(): Promise<Remote> {
  const remote = await mute();
  await remote.close();
  return { ...remote, close: async () => {} };
}

async function listen(server: Server, onConnection: (socket: Socket) => void = () => {}): Promise<Remote> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
