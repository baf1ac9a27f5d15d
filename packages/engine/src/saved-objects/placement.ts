import type { SavedObject } from './saved-object.ts';

/** A connector that is in the space already. */
export interface Existing {
  id: string;
  originId: string | undefined;
  name: string;
  version: number;
  updatedAt: string;
  /** To whoever imports. */
  isSeen: boolean;
  mayBeReplaced: boolean;
  mayBeUsed: boolean;
}

/** What is there before an import. */
export interface World {
  /** The connectors of the space, by id. */
  here: ReadonlyMap<string, Existing>;
  /** Of the ids that matter, those that are taken in other spaces. */
  elsewhere: ReadonlySet<string>;
}

/** Where an object is to go. */
export interface Placement {
  object: SavedObject;
  /** The id that it gets. */
  id: string;
  /** The same, where it is not its own. */
  destinationId?: string;
  /** Whether the id was made up here. */
  isNewId: boolean;
  /** Where it comes from; undefined: it is nobody's copy. */
  originId: string | undefined;
  replaces?: Existing;
}

/** At the id of its own. */
export function inPlace(object: SavedObject, replaces?: Existing): Placement {
  const { id, originId } = object;
  return { object, id, isNewId: false, originId, ...(replaces && { replaces }) };
}

/** At an id that was made up for it. */
export function atNewId(
  object: SavedObject,
  id: string,
  { keepsOrigin }: { keepsOrigin: boolean },
): Placement {
  const originId = keepsOrigin ? originOf(object) : undefined;
  return { object, id, destinationId: id, isNewId: true, originId };
}

/** In the place of another one, which has the same origin. */
export function inPlaceOf(object: SavedObject, replaces: Existing): Placement {
  const { id } = replaces;
  return { object, id, destinationId: id, isNewId: false, originId: originOf(object), replaces };
}

/** What an object and its copies have in common. */
export function originOf({ id, originId }: SavedObject): string {
  return originId ?? id;
}
