export type { AgeKey, AgeLock } from './age/age-file.ts';
export type { Asker } from './asker.ts';
export type { Carried, CarryOutcome } from './carry.ts';
export type { ExportRequest } from './export-request.ts';
export type { ImportOptions } from './find-places.ts';
export type { ImportOutcome, Target } from './import-objects.ts';
export type { ImportProblem } from './import-problem.ts';
export type { Retry } from './retry.ts';
export { createSavedObjects, type SavedObjects } from './saved-objects.ts';
