export { backupLines } from './backup-lines.ts';
export { type CopiedTable, copyStore } from './copy-store.ts';
export { endingWith } from './ending-with.ts';
export { findUnsealed, type SealedFindings } from './find-unsealed.ts';
export type { RawStore, RawTable, Rows } from './raw-store.ts';
export { type Backup, readBackup } from './read-backup.ts';
export {
  HELD,
  type Restored,
  type RestoredTable,
  type RestoreOptions,
  restoreBackup,
} from './restore-backup.ts';
export { type StoreFinding, schemaFinding } from './store-finding.ts';
