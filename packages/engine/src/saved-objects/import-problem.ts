import type { ObjectRef } from '../store/index.ts';
import type { Existing } from './placement.ts';
import { keyOf, type SavedObject, titleOf } from './saved-object.ts';

/** What stands against importing an object, as the reference tells it. */
export type ProblemOf =
  | { type: 'conflict'; destinationId?: string }
  | { type: 'ambiguous_conflict'; destinations: { id: string; title: string; updatedAt: string }[] }
  | { type: 'missing_references'; references: ObjectRef[] }
  | { type: 'unsupported_type' }
  | { type: 'unknown'; message: string; statusCode: number };

export interface ImportProblem extends ObjectRef {
  title: string | undefined;
  error: ProblemOf;
}

/** Somebody has to say how these are to be resolved: until then nothing of the import is made. */
const TO_BE_RESOLVED = new Set<ProblemOf['type']>(['conflict', 'ambiguous_conflict', 'missing_references']);

export function isBlocking({ error }: ImportProblem): boolean {
  return TO_BE_RESOLVED.has(error.type);
}

export function problemWith(object: SavedObject, error: ProblemOf): ImportProblem {
  const { type, id } = object;
  return { type, id, title: titleOf(object), error };
}

/**
 * What stands against an object's taking the place of a connector; undefined: nothing does. Of one that whoever imports does not
 * see they are told no more than that the id is taken.
 */
export function conflictWith(
  object: SavedObject,
  { id, isSeen, mayBeReplaced }: Existing,
  { overwrite }: { overwrite: boolean },
): ImportProblem | undefined {
  if (overwrite && mayBeReplaced) return undefined;
  if (overwrite && isSeen) {
    return problemWith(object, {
      type: 'unknown',
      message: `Unauthorized to edit connector ${id}`,
      statusCode: 403,
    });
  }
  return problemWith(object, { type: 'conflict', ...(id !== object.id && { destinationId: id }) });
}

export function keysOf(problems: readonly ImportProblem[]): Set<string> {
  return new Set(problems.map(keyOf));
}
