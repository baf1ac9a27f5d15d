import type { ObjectRef } from '../store/index.ts';
import { type ImportProblem, problemWith } from './import-problem.ts';
import type { Placement, World } from './placement.ts';
import type { Retry } from './retry.ts';
import { CONNECTOR, keyOf, type SavedObject } from './saved-object.ts';

/** References of these types must lead somewhere: those that the reference checks, and connectors. */
const CHECKED = new Set(['index-pattern', 'search', CONNECTOR]);

/** Objects with the references that were said to be replaced. */
export function withReplacedReferences(
  objects: readonly SavedObject[],
  retries: ReadonlyMap<string, Retry>,
): SavedObject[] {
  return objects.map((object) => {
    const { replaceReferences = [] } = retries.get(keyOf(object)) ?? {};
    if (replaceReferences.length === 0) return object;
    const replaced = new Map(replaceReferences.map(({ type, from, to }) => [keyOf({ type, id: from }), to]));
    return {
      ...object,
      references: object.references.map((each) => ({ ...each, id: replaced.get(keyOf(each)) ?? each.id })),
    };
  });
}

/** Where references lead that the file's own objects do not answer: to the one connector of the space with that origin. */
export function byOrigin({ here }: World): (ref: ObjectRef) => string | undefined {
  const copies = new Map<string, string | undefined>();
  for (const { id, originId, isSeen } of here.values()) {
    // Of several none is meant.
    if (originId !== undefined && isSeen) copies.set(originId, copies.has(originId) ? undefined : id);
  }
  return ({ type, id }) => (type === CONNECTOR && !here.has(id) ? copies.get(id) : undefined);
}

export function missingReferences(
  objects: readonly SavedObject[],
  refsOf: (object: SavedObject) => readonly ObjectRef[],
  isThere: (ref: ObjectRef) => boolean,
  isIgnored: (object: SavedObject) => boolean,
): ImportProblem[] {
  return objects.flatMap((object) => {
    if (isIgnored(object)) return [];
    const missing = refsOf(object).filter((ref) => CHECKED.has(ref.type) && !isThere(ref));
    const references = missing.map(({ type, id }) => ({ type, id }));
    return references.length === 0 ? [] : [problemWith(object, { type: 'missing_references', references })];
  });
}

/** Where references lead once all are placed: those to others of the file to where these are. */
export function leadBy(
  placements: readonly Placement[],
  elsewise: (ref: ObjectRef) => string | undefined,
): (ref: ObjectRef) => string {
  const moved = new Map(placements.map(({ object, id }) => [keyOf(object), id]));
  return (ref) => moved.get(keyOf(ref)) ?? elsewise(ref) ?? ref.id;
}
