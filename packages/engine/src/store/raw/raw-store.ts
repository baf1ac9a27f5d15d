import type { Kysely } from 'kysely';

/** Rows by the names of their tables, of which nothing is known before they are asked for. */
export type Rows = Record<string, Record<string, unknown>>;

/** A table as the database describes it. */
export interface RawTable {
  name: string;
  /** By the alphabet: each driver has them in an order of its own. */
  columns: readonly string[];
  /** The primary key's, in its order. */
  key: readonly string[];
  /** The column that is counted up by the database. */
  counted: string | undefined;
  /** Tables whose rows must be there first. */
  refersTo: readonly string[];
}

/** A store's tables without what they mean: for copies and checks, which a new table needs no line in. */
export interface RawStore {
  /** For people, without a password. */
  shown: string;
  /** The version of its tables. */
  schema: number;
  db: Kysely<Rows>;
  tables: readonly RawTable[];
  /** Readies a transaction in which much is read. */
  prepareToRead(transaction: Kysely<Rows>): Promise<void>;
  /** Readies a transaction in which much is written, into tables that nobody else writes to meanwhile. */
  prepareToWrite(transaction: Kysely<Rows>): Promise<void>;
  /** Has a counted column go on after the rows that are there. */
  countOn(transaction: Kysely<Rows>, table: RawTable): Promise<void>;
  close(): Promise<void>;
}
