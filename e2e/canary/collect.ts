import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import type { Text } from './planted.ts';

/** Every file below a folder, byte by byte. */
export function filesOf(folder: string): Text[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      return [
        { name: `file ${name}`, text: bytes.toString('latin1') },
        { name: `file ${name}`, text: bytes.toString('utf8') },
      ];
    });
}

/** Every row of every table: in the file's pages a text may be cut in two. */
export function rowsOf(file: string): Text[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
    return tables.flatMap(({ name }) =>
      database
        .prepare(`select * from "${name}"`)
        .all()
        .map((row) => ({ name: `table ${name}`, text: JSON.stringify(row, bytesAsText) })),
    );
  } finally {
    database.close();
  }
}

/** Every line of a backup, by its table. */
export function backedUp(file: string): Text[] {
  let table = 'nothing';
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
  return lines.map((text) => {
    table = /^\{"table":"(\w+)"/.exec(text)?.[1] ?? table;
    return { name: `backup of ${table}`, text };
  });
}

function bytesAsText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}
