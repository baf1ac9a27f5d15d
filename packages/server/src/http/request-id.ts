import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What may be taken from a caller into headers and log lines. */
const ACCEPTABLE = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's own id for a request, so that it can be followed through several systems; else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  for (const id of [headers['x-request-id'], headers['x-opaque-id']]) {
    if (typeof id === 'string' && ACCEPTABLE.test(id)) return id;
  }
  return randomUUID();
}
