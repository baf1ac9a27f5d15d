import type { Store } from './ports.ts';
import { openSqliteStore } from './sqlite/index.ts';

/** The store at `sqlite:PATH` or `postgres://...`. Throws `StartupError` when it cannot be used. */
export async function openStore(url: string): Promise<Store> {
  if (url.startsWith('sqlite:')) return openSqliteStore(url.slice('sqlite:'.length));
  // Who runs on a file does without the client.
  const { openPostgresStore } = await import('./postgres/index.ts');
  return openPostgresStore(url);
}
