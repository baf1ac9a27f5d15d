import { ServiceUnavailableError } from '../../errors/index.ts';

/**
 * What of PostgreSQL's errors says that it cannot be reached or does not work at the moment: classes 08 (connection), 53
 * (resources) and 57P (stopping, starting); 25006: a server that has become read-only, as after a failover; 25P03, 55P03
 * and 57014: what took too long in a transaction, for a lock, or as a statement.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const UNAVAILABLE = /^(08|53|57P|25006|25P03|55P03|57014)/;

/** What Node says of a connection that cannot be made or has ended. */
const NETWORK = /^(E(CONN\w+|PIPE|HOSTUNREACH|NETUNREACH|TIMEDOUT|NOTFOUND|AI_AGAIN)|ENOENT|EACCES)$/;

/** What `pg` says without a code. */
const ENDED =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

/** Serialization failure and deadlock: the transaction has left nothing, and may succeed when it is done again. */
const LOST = ['40001', '40P01'];

interface PostgresError extends Error {
  code?: string;
}

export function isUnavailable(error: unknown): boolean {
  const { code, message } = error as PostgresError;
  if (code !== undefined) return UNAVAILABLE.test(code) || NETWORK.test(code);
  return ENDED.test(message);
}

/** Class 28: not this user with this password; 3D000: no such database; 42501: a privilege is missing. */
export function isRefused(error: unknown): boolean {
  return /^(28|3D000|42501)/.test((error as PostgresError).code ?? '');
}

/** What an error says; Node says nothing where several addresses were tried. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as PostgresError;
  return message || code || String(error);
}

export function isLost(error: unknown): boolean {
  return LOST.includes((error as PostgresError).code ?? '');
}

/** Of an error of `pg` what callers and logs may see: PostgreSQL puts whole rows into `detail` and `where`. */
export function storeError(error: unknown): Error {
  if (isUnavailable(error)) {
    return new ServiceUnavailableError('The store is not available at the moment.', {
      retryAfterSeconds: 1,
      cause: withoutData(error),
    });
  }
  return withoutData(error);
}

function withoutData(error: unknown): Error {
  const { code, name } = error as PostgresError;
  return Object.assign(new Error(reasonOf(error)), { name, ...(code !== undefined && { code }) });
}
