import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StartupError, StoreMissingError, StoreUnreachableError } from '../../errors/index.ts';
import { type StoreFinding, schemaFinding } from '../raw/index.ts';
import { checkFile } from './file-check.ts';
import { coreTables, migrations } from './migrations.ts';

/** Looks at a file that no server holds, whole, and changes nothing. Throws `StoreMissingError`, and `StartupError` when it is in use. */
export function checkSqlite(path: string): StoreFinding[] {
  if (!existsSync(path)) throw new StoreMissingError(`There is no database ${path}`);
  try {
    checkFile(path, migrations.length, coreTables);
  } catch (error) {
    if (!(error instanceof StartupError) || error instanceof StoreUnreachableError) throw error;
    return [{ name: 'file', ok: false, detail: error.message }];
  }
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    const all = (query: string) =>
      database
        .prepare(query)
        .all()
        .map((row) => Object.values(row));
    const version = Number(all('pragma user_version')[0]?.[0]);
    const broken = all('pragma integrity_check').filter(([finding]) => finding !== 'ok');
    const orphans = all('pragma foreign_key_check');
    return [
      { name: 'file', ok: true, detail: path },
      schemaFinding(version, migrations.length),
      {
        name: 'integrity',
        ok: broken.length === 0 && orphans.length === 0,
        detail: [
          ...broken.map(([finding]) => String(finding)),
          ...orphans.map(
            ([table, row, parent]) => `${table} ${row} refers to a row of ${parent} that is not there`,
          ),
        ].join('; '),
      },
    ];
  } finally {
    database.close();
  }
}
