import type { Places } from './find-places.ts';
import { conflictWith } from './import-problem.ts';
import { atNewId, inPlace, originOf, type Placement, type World } from './placement.ts';
import type { Retry } from './retry.ts';
import { keyOf, type SavedObject } from './saved-object.ts';

/** Where connectors go for which it was said how their conflicts are resolved. */
export function retryPlaces(
  objects: readonly SavedObject[],
  { here, elsewhere }: World,
  {
    retries,
    createNewCopies,
    newId,
  }: { retries: ReadonlyMap<string, Retry>; createNewCopies: boolean; newId(): string },
): Places {
  const places: Places = { placements: [], problems: [] };
  for (const object of objects) {
    const retry = retries.get(keyOf(object));
    if (retry === undefined) continue;
    const isCopy = createNewCopies || retry.createNewCopy === true;
    if (isCopy && retry.destinationId === undefined) {
      places.placements.push(atNewId(object, newId(), { keepsOrigin: false }));
      continue;
    }
    const id = retry.destinationId ?? object.id;
    const replaces = here.get(id);
    const conflict = replaces && conflictWith(object, replaces, retry);
    if (conflict !== undefined) {
      places.problems.push(conflict);
    } else if (replaces === undefined && elsewhere.has(id)) {
      places.placements.push(atNewId(object, newId(), { keepsOrigin: !isCopy }));
    } else if (id === object.id) {
      places.placements.push(inPlace(object, replaces));
    } else {
      const originId = isCopy ? undefined : originOf(object);
      const placement: Placement = { object, id, destinationId: id, isNewId: false, originId };
      places.placements.push({ ...placement, ...(replaces && { replaces }) });
    }
  }
  return places;
}
