import { z } from 'zod';

/**
 * A backup is lines of JSON under gzip, in UTF-8. First what it is; then of each table its name and columns, a row a line (the
 * values of these columns in an array), and how many there were with their checksum; then that it is whole. Tables that
 * others refer to come before those.
 */
export const FORMAT = 1;

export const backupHeader = z.object({
  patchbay_backup: z.number(),
  /** The version of the tables. */
  schema: z.int().min(1),
  created_at: z.string(),
});

export const tableBegin = z.object({ table: z.string(), columns: z.array(z.string()) });

export const tableEnd = z.object({ end: z.string(), rows: z.number(), checksum: z.string() });

/** The last line; without it a backup was cut off. */
export const backupEnd = z.object({ end_of_backup: z.number() });

export type BackupHeader = z.output<typeof backupHeader>;
