export type { Asker } from './asker.ts';
export type { ExportRequest } from './export-request.ts';
export type { ImportOutcome } from './import-objects.ts';
export type { Retry } from './retry.ts';
export { createSavedObjects, type SavedObjects } from './saved-objects.ts';
