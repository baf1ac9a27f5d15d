import { existsSync } from 'node:fs';
import { StoreMissingError } from '../errors/index.ts';
import type { StoreAddress } from './address.ts';
import type { OpenStoreOptions } from './open-options.ts';
import type { Store } from './ports.ts';
import { openSqliteStore } from './sqlite/index.ts';

/** Opens a store, and brings it to the newest schema. Throws `StartupError` when it cannot be used. */
export async function openStore(where: StoreAddress, options: OpenStoreOptions = {}): Promise<Store> {
  if (where.kind === 'sqlite') {
    if (options.mustExist && !existsSync(where.path))
      throw new StoreMissingError(`There is no database ${where.path}`);
    return openSqliteStore(where.path, options);
  }
  // Who runs on a file does without the client.
  const { openPostgresStore } = await import('./postgres/index.ts');
  return openPostgresStore(where.address, options);
}
