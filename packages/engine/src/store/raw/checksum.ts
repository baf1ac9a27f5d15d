import { createHash } from 'node:crypto';

/** Of rows in any order: databases may order the same keys otherwise. */
export interface Checksum {
  rows: number;
  /** A row as `rowText` writes it. */
  add(text: string): void;
  /** Hexadecimal. */
  value(): string;
}

/** The values of a row, those of these columns, as JSON. */
export function rowText(columns: readonly string[], row: Record<string, unknown>): string {
  return JSON.stringify(columns.map((column) => row[column]));
}

/** The sum of the rows' SHA-256, each part for itself. */
export function createChecksum(): Checksum {
  const sum = new Uint32Array(8);
  return {
    rows: 0,
    add(text) {
      this.rows++;
      const hash = createHash('sha256').update(text).digest();
      for (let part = 0; part < sum.length; part++)
        sum[part] = (sum[part] ?? 0) + hash.readUInt32BE(part * 4);
    },
    value: () => Array.from(sum, (part) => part.toString(16).padStart(8, '0')).join(''),
  };
}
