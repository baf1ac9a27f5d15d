import { type BackupHeader, FORMAT } from './backup-format.ts';
import { createChecksum, rowText } from './checksum.ts';
import type { RawStore } from './raw-store.ts';
import { readTable } from './read-table.ts';
import { inOrder } from './table-order.ts';

/** All rows of all tables as they are at one moment, as the lines of a backup, several in each text. */
export async function* backupLines(from: RawStore, now: Date): AsyncGenerator<string> {
  const source = await from.db
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute();
  try {
    await from.prepareToRead(source);
    const header: BackupHeader = {
      patchbay_backup: FORMAT,
      schema: from.schema,
      created_at: now.toISOString(),
    };
    yield line(header);
    let total = 0;
    for (const table of inOrder(from.tables)) {
      const { name, columns } = table;
      const sum = createChecksum();
      yield line({ table: name, columns });
      for await (const rows of readTable(source, table)) {
        const texts = rows.map((row) => rowText(columns, row));
        for (const text of texts) sum.add(text);
        yield `${texts.join('\n')}\n`;
      }
      yield line({ end: name, rows: sum.rows, checksum: sum.value() });
      total += sum.rows;
    }
    yield line({ end_of_backup: total });
  } finally {
    await source.rollback().execute();
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
