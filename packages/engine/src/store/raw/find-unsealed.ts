import type { RawStore } from './raw-store.ts';
import { readTable } from './read-table.ts';

/** The column of every table that has what the vault seals. */
const SEALED = 'secrets';

export interface SealedFindings {
  /** How many there are. */
  total: number;
  /** Where one is that is no sealed text: table and key. */
  wrong: string[];
}

/** Looks at the form of everything that is sealed; what is in it needs the key. */
export async function findUnsealed(
  { db, tables }: RawStore,
  isSealed: (text: string) => boolean,
): Promise<SealedFindings> {
  const findings: SealedFindings = { total: 0, wrong: [] };
  for (const table of tables.filter(({ columns }) => columns.includes(SEALED))) {
    for await (const rows of readTable(db, table, [SEALED])) {
      findings.total += rows.length;
      for (const row of rows) {
        if (isSealed(String(row[SEALED]))) continue;
        findings.wrong.push(`${table.name} ${table.key.map((column) => String(row[column])).join(', ')}`);
      }
    }
  }
  return findings;
}
