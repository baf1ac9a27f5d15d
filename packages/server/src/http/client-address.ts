import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Who calls: the peer, or whom a trusted proxy names. One that names no address is itself who calls. */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip;
}
