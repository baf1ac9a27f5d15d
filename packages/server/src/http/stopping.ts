import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ServiceUnavailableError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';
import type { App } from './app-type.ts';

/** About how long another one takes to be there. */
const RETRY_AFTER_SECONDS = 5;

/** How long a connection without a request may stay open: Node looks after slow headers only until the stop. */
const UNUSED_MS = 1000;

interface Connection {
  socket: Socket;
  /** Not answered yet. */
  requests: number;
}

/**
 * From the moment that the server stops: an answer ends its connection, so that its client sends nothing more into one that
 * is about to close, and a connection over which no request comes does not hold the stop. Gives the check for requests that
 * still come on connections of before; it throws from then on.
 */
export function answerWhileStopping(app: App): (request: FastifyRequest, answer: ServerResponse) => void {
  let isStopping = false;
  const open = new Map<string, Connection>();
  /** By the socket that requests name: with TLS that is another one than the connection's. */
  const known = new WeakMap<Socket, Connection>();
  const connectionOf = (socket: Socket) => {
    const connection = known.get(socket) ?? open.get(peerOf(socket)) ?? { socket, requests: 0 };
    known.set(socket, connection);
    return connection;
  };

  app.server.on('connection', (socket) => {
    const peer = peerOf(socket);
    open.set(peer, { socket, requests: 0 });
    socket.once('close', () => open.delete(peer));
  });
  app.addHook('preClose', async () => {
    isStopping = true;
    setTimeout(() => {
      for (const { socket, requests } of open.values()) if (requests === 0) socket.destroy();
    }, UNUSED_MS).unref();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) reply.header('connection', 'close');
    done(null, payload);
  });

  return ({ raw, routeOptions }, answer) => {
    const connection = connectionOf(raw.socket);
    connection.requests++;
    answer.once('close', () => connection.requests--);
    // Health checks answer for themselves.
    if (isStopping && routeOptions.config.auth !== 'none') {
      throw new ServiceUnavailableError('The server is stopping', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
  };
}

/** The same for a connection and for the TLS over it. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
