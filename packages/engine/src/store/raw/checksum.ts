import { createHash } from 'node:crypto';
import type { RawTable } from './raw-store.ts';

/** Of rows in any order: databases may order the same keys otherwise. */
export interface Checksum {
  rows: number;
  add(row: Record<string, unknown>): void;
  /** Hexadecimal. */
  value(): string;
}

/** The sum of the rows' SHA-256, each part for itself. */
export function tableChecksum({ columns }: RawTable): Checksum {
  const sum = new Uint32Array(8);
  return {
    rows: 0,
    add(row) {
      this.rows++;
      const text = JSON.stringify(columns.map((column) => row[column]));
      const hash = createHash('sha256').update(text).digest();
      for (let part = 0; part < sum.length; part++)
        sum[part] = (sum[part] ?? 0) + hash.readUInt32BE(part * 4);
    },
    value: () => Array.from(sum, (part) => part.toString(16).padStart(8, '0')).join(''),
  };
}
