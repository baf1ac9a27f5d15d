import { conflictWith, type ImportProblem, problemWith } from './import-problem.ts';
import {
  atNewId,
  type Existing,
  inPlace,
  inPlaceOf,
  originOf,
  type Placement,
  type World,
} from './placement.ts';
import { connectorTitle, type SavedObject } from './saved-object.ts';

export interface ImportOptions {
  overwrite: boolean;
  /** Everything gets a new id, and is nobody's copy. */
  createNewCopies: boolean;
}

export interface Places {
  placements: Placement[];
  problems: ImportProblem[];
}

/**
 * Where the connectors of a file go in a space. An id that the space has is a conflict, or overwritten; one that another
 * space has is replaced by a new one. A connector of the space that is a copy of the same one as an imported connector is in
 * its way too: several of them are ambiguous, and where the file itself has several copies each becomes one of its own.
 */
export function findPlaces(
  objects: readonly SavedObject[],
  { here, elsewhere }: World,
  { overwrite, createNewCopies, newId }: ImportOptions & { newId(): string },
): Places {
  if (createNewCopies) {
    const placements = objects.map((object) => atNewId(object, newId(), { keepsOrigin: false }));
    return { placements, problems: [] };
  }
  const copies = copiesByOrigin([...here.values()], new Set(objects.map(({ id }) => id)));
  const claims = new Map<string, number>();
  for (const object of objects) {
    if (!here.has(object.id)) claims.set(originOf(object), (claims.get(originOf(object)) ?? 0) + 1);
  }

  const places: Places = { placements: [], problems: [] };
  for (const object of objects) {
    const outcome = placeOf(object);
    if ('error' in outcome) places.problems.push(outcome);
    else places.placements.push(outcome);
  }
  return places;

  function placeOf(object: SavedObject): Placement | ImportProblem {
    const same = here.get(object.id);
    if (same !== undefined) return conflictWith(object, same, { overwrite }) ?? inPlace(object, same);
    const inTheWay = copies.get(originOf(object)) ?? [];
    const [one] = inTheWay;
    if (one === undefined) {
      return elsewhere.has(object.id) ? atNewId(object, newId(), { keepsOrigin: true }) : inPlace(object);
    }
    if ((claims.get(originOf(object)) ?? 0) > 1) return atNewId(object, newId(), { keepsOrigin: false });
    if (inTheWay.length > 1) {
      const destinations = inTheWay.map(({ id, name, updatedAt }) => ({
        id,
        title: connectorTitle(name),
        updatedAt,
      }));
      return problemWith(object, { type: 'ambiguous_conflict', destinations });
    }
    return conflictWith(object, one, { overwrite }) ?? inPlaceOf(object, one);
  }
}

/** The connectors of a space by the origin that they share with others, without those that a file has itself, or that are not there for whoever imports. */
function copiesByOrigin(here: readonly Existing[], ownIds: ReadonlySet<string>): Map<string, Existing[]> {
  const copies = new Map<string, Existing[]>();
  const add = (origin: string, existing: Existing) =>
    copies.set(origin, [...(copies.get(origin) ?? []), existing]);
  for (const existing of here) {
    if (ownIds.has(existing.id) || !existing.isSeen) continue;
    add(existing.id, existing);
    if (existing.originId !== undefined && existing.originId !== existing.id)
      add(existing.originId, existing);
  }
  return copies;
}
