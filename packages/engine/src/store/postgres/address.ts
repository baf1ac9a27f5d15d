import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { messageOf } from '@patchbay/kit';
import { StartupError } from '../../errors/index.ts';

/** Where a database is and who asks. */
export interface PostgresAddress {
  /** A folder's path: the Unix socket in it. */
  host: string;
  port: number;
  user: string;
  /** undefined: none, or what PGPASSFILE says. */
  password: string | undefined;
  database: string;
  tls: ConnectionOptions | false;
  /** The database for people, without the password. */
  shown: string;
}

const PARAMETERS = ['host', 'sslmode', 'sslrootcert'];

/**
 * Reads `postgres://user:password@host:5432/database?sslmode=verify-full`. `sslmode` means what it means to libpq, and
 * is `disable` unless given. Throws `StartupError` without the URL in it.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseAddress(text: string): PostgresAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    refuse(
      'it is neither sqlite:PATH nor postgres://user:password@host:5432/database (a password is percent-encoded)',
    );
  }
  const unknown = [...url.searchParams.keys()].filter((name) => !PARAMETERS.includes(name));
  if (unknown.length > 0) refuse(`of its parameters only ${PARAMETERS.join(', ')} are known`);
  const database = decoded(url.pathname.slice(1));
  if (database === '') refuse('it names no database');
  const host = url.searchParams.get('host') ?? decoded(url.hostname).replace(/^\[(.*)\]$/, '$1');
  if (host === '') refuse('it names no host');
  const user = decoded(url.username);
  if (user === '') refuse('it names no user');
  const port = url.port === '' ? 5432 : Number(url.port);
  const password = url.password === '' ? undefined : decoded(url.password);
  const where = host.startsWith('/') ? host : `${host}:${port}`;
  return { host, port, user, password, database, tls: tlsOf(url), shown: `${database} on ${where}` };
}

function tlsOf(url: URL): ConnectionOptions | false {
  const mode = url.searchParams.get('sslmode') ?? 'disable';
  const file = url.searchParams.get('sslrootcert');
  const trusted = file === null ? {} : { ca: readCertificates(file) };
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      // With a certificate to check against it is verify-ca, as in libpq.
      return file === null ? { rejectUnauthorized: false } : { ...trusted, checkServerIdentity: anyName };
    case 'verify-ca':
      return { ...trusted, checkServerIdentity: anyName };
    case 'verify-full':
      return trusted;
    default:
      return refuse('sslmode is one of disable, require, verify-ca, verify-full');
  }
}

const anyName = () => undefined;

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return refuse(`sslrootcert cannot be read: ${messageOf(error)}`);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return refuse('a percent sign in it is not the beginning of a percent-encoded character');
  }
}

function refuse(reason: string): never {
  throw new StartupError(`A store’s URL cannot be used: ${reason}.`);
}
