export { type CopiedTable, copyStore } from './copy-store.ts';
export { findUnsealed, type SealedFindings } from './find-unsealed.ts';
export type { RawStore, RawTable, Rows } from './raw-store.ts';
export { type StoreFinding, schemaFinding } from './store-finding.ts';
