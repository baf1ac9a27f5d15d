import type { Kysely, RawBuilder } from 'kysely';
import type { StoreObserver } from '../observer.ts';
import type { Tables } from './tables.ts';

/** The database, or a transaction on it. */
export type Database = Kysely<Tables>;

/** What the drivers do differently within queries that they share. */
export interface SqlDialect {
  /** Whether others may change a row between being read and being acted on, so that it is to be locked. */
  locksRows: boolean;
  /** How many rows are looked at in one go, where there may be many; undefined: however many there are, since nobody is held up by it. */
  rowsAtOnce: number | undefined;
  /** Whether a text is somewhere within another one. */
  contains(text: RawBuilder<unknown>, part: string): RawBuilder<boolean>;
  /** One at a time goes on from here, of all transactions that give this name. It lasts until the transaction ends. */
  takeTurns(transaction: Database, name: string): Promise<void>;
  /** Resolves when what is committed by now is on the disk. */
  onDisk(): Promise<void>;
  /** Whether a transaction that failed so may succeed when it is done again. */
  isWorthRepeating(error: unknown): boolean;
  observer?: StoreObserver | undefined;
}
