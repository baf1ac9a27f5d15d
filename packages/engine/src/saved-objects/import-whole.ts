import { randomUUID } from 'node:crypto';
import { type BringingDependencies, bring, type Part } from './bring.ts';
import { type CarryOutcome, carryOutcome } from './carry.ts';
import { findPlaces, type ImportOptions } from './find-places.ts';
import { readAll, type Target } from './import-objects.ts';
import { isConnectorId } from './import-warnings.ts';
import type { SavedObject } from './saved-object.ts';

/** Connectors with secrets and settings, from a file: all of them or none. */
export async function importWhole(
  target: Target,
  objects: readonly SavedObject[],
  options: ImportOptions,
  dependencies: BringingDependencies,
): Promise<CarryOutcome> {
  const { catalog } = dependencies;
  const part: Part = {
    ...target,
    ...readAll(objects, catalog.types),
    ids: objects.map(({ id }) => id),
    // A preconfigured one is in every space already.
    needsNewId: (id) => catalog.inMemory(id) !== undefined || !isConnectorId(id),
    ignoresMissingReferences: () => true,
    places: (connectors, world) => findPlaces(connectors, world, { ...options, newId: randomUUID }),
  };
  return carryOutcome([part], await bring([part], () => true, dependencies));
}
