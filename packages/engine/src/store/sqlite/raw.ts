import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { StoreMissingError } from '../../errors/index.ts';
import type { RawStore, RawTable, Rows } from '../raw/index.ts';
import { kyselyDatabase, nodeSqliteDialect } from './dialect.ts';
import { checkFile } from './file-check.ts';
import { coreTables, migrations } from './migrations.ts';
import { openDatabase } from './open.ts';

/**
 * The tables of a file, which is brought to the newest schema, or to an older one if it has none yet. Throws `StartupError` when
 * it cannot be used.
 */
export function openRawSqlite(path: string, schema?: number): RawStore {
  return rawStore(openDatabase(path, schema), path);
}

/** The tables of a file as it is; nothing is written. */
export function readRawSqlite(path: string): RawStore {
  return rawStore(new DatabaseSync(path, { readOnly: true, timeout: 0 }), path);
}

/** As `readRawSqlite`, of a file that no server holds. Throws `StoreMissingError`, and `StartupError` when it cannot be used. */
export function readSqliteFile(path: string): RawStore {
  if (!existsSync(path)) throw new StoreMissingError(`There is no database ${path}`);
  checkFile(path, migrations.length, coreTables);
  return readRawSqlite(path);
}

/** The tables of a database that is open. */
export function rawStore(file: DatabaseSync, path: string): RawStore {
  const db = new Kysely<Rows>({ dialect: nodeSqliteDialect(kyselyDatabase(file)) });
  const nothing = async () => {};
  return {
    shown: `The database ${path}`,
    schema: Number(file.prepare('pragma user_version').get()?.user_version),
    db,
    tables: tablesOf(file),
    prepareToRead: nothing,
    prepareToWrite: nothing,
    // It goes on after the highest by itself.
    countOn: nothing,
    async close() {
      await db.destroy();
      if (file.isOpen) file.close();
    },
  };
}

function tablesOf(file: DatabaseSync): RawTable[] {
  const ask = <T>(query: string, ...values: string[]) => file.prepare(query).all(...values) as T[];
  const names = ask<{ name: string }>(
    `select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name`,
  );
  return names.map(({ name }) => {
    const columns = ask<{ name: string; pk: number }>('select name, pk from pragma_table_info(?)', name);
    const parents = ask<{ table: string }>('select distinct "table" from pragma_foreign_key_list(?)', name);
    return {
      name,
      columns: columns.map((column) => column.name).sort(),
      key: columns
        .filter(({ pk }) => pk > 0)
        .sort((a, b) => a.pk - b.pk)
        .map((column) => column.name),
      counted: undefined,
      refersTo: parents.map(({ table }) => table),
    };
  });
}
