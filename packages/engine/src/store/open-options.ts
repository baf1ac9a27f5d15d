import type { Logger } from '@patchbay/kit';
import type { StoreObserver } from './observer.ts';

export interface OpenStoreOptions {
  /** Of the pool to a PostgreSQL; each is a process of its server's. */
  maxConnections?: number;
  /** Throw `StoreMissingError` rather than make a new store. */
  mustExist?: boolean;
  /** How long a PostgreSQL is waited for that is not up yet. Left out: not at all. */
  patienceMs?: number;
  /** How soon changes by others are seen. Left out: `STALENESS_BOUND_MS`. */
  boundMs?: number;
  /** Is told when the store is waited for, and when it stops to answer and answers again. */
  log?: Pick<Logger, 'info' | 'warn' | 'error'>;
  observer?: StoreObserver | undefined;
}
