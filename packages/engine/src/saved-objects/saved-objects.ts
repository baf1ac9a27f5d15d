import type { Catalog } from '../catalog/index.ts';
import type { Store } from '../store/index.ts';
import type { Asker } from './asker.ts';
import { exportObjects } from './export-objects.ts';
import type { ExportRequest } from './export-request.ts';
import type { ImportOptions } from './find-places.ts';
import { type ImportOutcome, importObjects, retryImport } from './import-objects.ts';
import { type Retry, readRetries } from './retry.ts';
import { readSavedObjects } from './saved-object.ts';

/** Connectors as the files that the reference exports and imports have them. */
export interface SavedObjects {
  /** The lines of the file. Throws `BadRequestError`. */
  export(spaceId: string, request: ExportRequest, asker: Asker): Promise<string[]>;
  /** `lines` as they were parsed. Throws `BadRequestError` for what is no such file. */
  import(
    spaceId: string,
    lines: readonly unknown[],
    options: ImportOptions,
    asker: Asker,
  ): Promise<ImportOutcome>;
  /** Imports those objects of a file that it is said of how. */
  resolveImportErrors(
    spaceId: string,
    lines: readonly unknown[],
    options: { retries: readonly Retry[]; createNewCopies: boolean },
    asker: Asker,
  ): Promise<ImportOutcome>;
}

export interface SavedObjectsOptions {
  catalog: Catalog;
  store: Pick<Store, 'connectors'>;
  /** `savedObjects.maxImportExportSize`. */
  maxObjects: number;
}

export function createSavedObjects({ catalog, store, maxObjects }: SavedObjectsOptions): SavedObjects {
  const { connectors } = store;
  return {
    export: (spaceId, request, asker) =>
      exportObjects(spaceId, request, { connectors, types: catalog.types, limit: maxObjects, asker }),
    import: async (spaceId, lines, options, asker) =>
      importObjects(spaceId, readSavedObjects(lines, maxObjects), options, { catalog, connectors, asker }),
    async resolveImportErrors(spaceId, lines, { retries, createNewCopies }, asker) {
      const options = { retries: readRetries(retries), createNewCopies };
      const objects = readSavedObjects(lines, maxObjects);
      return retryImport(spaceId, objects, options, { catalog, connectors, asker });
    },
  };
}
