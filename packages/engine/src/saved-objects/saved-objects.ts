import type { Catalog } from '../catalog/index.ts';
import type { Store } from '../store/index.ts';
import { type AgeKey, type AgeLock, createAgeFiles } from './age/age-file.ts';
import type { Asker } from './asker.ts';
import type { CarryOutcome } from './carry.ts';
import { copyConnectors } from './copy-connectors.ts';
import { exportObjects } from './export-objects.ts';
import type { ExportRequest } from './export-request.ts';
import type { ImportOptions } from './find-places.ts';
import { type ImportOutcome, importObjects, retryImport, type Target } from './import-objects.ts';
import { importWhole } from './import-whole.ts';
import { type Retry, readRetries } from './retry.ts';
import { readSavedObjects } from './saved-object.ts';
import { readWholeObjects, wholeLines } from './whole-connector.ts';

/** Connectors that leave a space, and come to one. `lines` are those of a file as they were parsed. */
export interface SavedObjects {
  /** The lines of a file as the reference has it, without secrets. Throws `BadRequestError`. */
  export(spaceId: string, request: ExportRequest, asker: Asker): Promise<string[]>;
  /** From such a file. Throws `BadRequestError` for what is none. */
  import(target: Target, lines: readonly unknown[], options: ImportOptions): Promise<ImportOutcome>;
  /** Those objects of such a file that it is said of how. */
  resolveImportErrors(
    target: Target,
    lines: readonly unknown[],
    options: { retries: readonly Retry[]; createNewCopies: boolean },
  ): Promise<ImportOutcome>;
  /** With secrets and settings into other spaces. Throws `NotFoundError`, and `BadRequestError` for what is not stored. */
  copy(
    spaceId: string,
    ids: readonly string[],
    targets: readonly Target[],
    options: ImportOptions,
  ): Promise<CarryOutcome>;
  /** With secrets and settings as an age file. Throws as `copy`, and for a lock that is none. */
  exportWhole(spaceId: string, ids: readonly string[], lock: AgeLock): Promise<string>;
  /** What is in an age file. Throws `BadRequestError` where it does not open. */
  openFile(file: Uint8Array, key: AgeKey): Promise<string>;
  /** From what was in such a file. Throws `BadRequestError` for what is none. */
  importWhole(target: Target, lines: readonly unknown[], options: ImportOptions): Promise<CarryOutcome>;
}

export interface SavedObjectsOptions {
  catalog: Catalog;
  store: Pick<Store, 'connectors'>;
  /** `savedObjects.maxImportExportSize`. */
  maxObjects: number;
}

export function createSavedObjects({ catalog, store, maxObjects }: SavedObjectsOptions): SavedObjects {
  const { connectors } = store;
  const dependencies = { catalog, connectors };
  const age = createAgeFiles();
  const whole = (spaceId: string, ids: readonly string[]) =>
    Promise.all([...new Set(ids)].map((id) => catalog.whole(spaceId, id)));
  return {
    export: (spaceId, request, asker) =>
      exportObjects(spaceId, request, { connectors, types: catalog.types, limit: maxObjects, asker }),
    import: async (target, lines, options) =>
      importObjects(target, readSavedObjects(lines, maxObjects), options, dependencies),
    async resolveImportErrors(target, lines, { retries, createNewCopies }) {
      const options = { retries: readRetries(retries), createNewCopies };
      return retryImport(target, readSavedObjects(lines, maxObjects), options, dependencies);
    },
    copy: async (spaceId, ids, targets, options) =>
      copyConnectors(await whole(spaceId, ids), targets, options, dependencies),
    exportWhole: async (spaceId, ids, lock) =>
      age.encrypt(`${wholeLines(await whole(spaceId, ids)).join('\n')}\n`, lock),
    openFile: (file, key) => age.decrypt(file, key),
    importWhole: async (target, lines, options) =>
      importWhole(target, readWholeObjects(lines, maxObjects), options, dependencies),
  };
}
