import { resolve } from 'node:path';
import { StartupError } from '../errors/index.ts';
import { type PostgresAddress, parseAddress } from './postgres/address.ts';

/** Where a store is. */
export type StoreAddress = { kind: 'sqlite'; path: string } | { kind: 'postgres'; address: PostgresAddress };

const FILE = 'patchbay.sqlite';
const SQLITE = 'sqlite:';

/**
 * Reads a store's URL, `sqlite:PATH` or `postgres://...`; left out, the file in the data folder, from where a relative
 * path is seen too. Throws `StartupError`, which does not repeat the URL: it may hold a password.
 */
export function parseStoreUrl(url: string | undefined, dataPath: string): StoreAddress {
  if (url === undefined) return { kind: 'sqlite', path: resolve(dataPath, FILE) };
  if (!url.startsWith(SQLITE)) return { kind: 'postgres', address: parseAddress(url) };
  const path = url.slice(SQLITE.length);
  if (path === '') throw new StartupError('A store’s URL cannot be used: it names no file.');
  return { kind: 'sqlite', path: resolve(dataPath, path) };
}
