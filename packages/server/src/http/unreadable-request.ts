import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { http } from '@patchbay/engine/node-http';

/** By the codes of Node's parser; anything else that it refuses is a bad request. */
const STATUSES: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers what Node's parser refuses: it becomes no request, and meets no hook and no error handler. */
export function unreadableRequestHandler(headers: Record<string, string>) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const statusCode = STATUSES[error.code ?? ''] ?? 400;
    const reason = http.STATUS_CODES[statusCode] ?? '';
    const body = JSON.stringify({ statusCode, error: reason, message: reason });
    const all = {
      ...headers,
      'x-request-id': randomUUID(),
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${statusCode} ${reason}\r\n${lines.join('')}\r\n${body}`);
  };
}
