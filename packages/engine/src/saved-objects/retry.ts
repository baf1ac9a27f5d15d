import { BadRequestError } from '../errors/index.ts';
import type { ObjectRef } from '../store/index.ts';
import { keyOf, repeated } from './saved-object.ts';

/** What is to be done with one object of a file that was not imported at first. */
export interface Retry extends ObjectRef {
  overwrite: boolean;
  /** The id that it is to have. */
  destinationId?: string | undefined;
  replaceReferences: readonly { type: string; from: string; to: string }[];
  /** It is to be nobody's copy: where it comes from is not kept. */
  createNewCopy?: boolean | undefined;
  ignoreMissingReferences?: boolean | undefined;
}

/** Retries by the key of their object. Throws `BadRequestError`. */
export function readRetries(retries: readonly Retry[]): Map<string, Retry> {
  const objects = repeated(retries.map(keyOf));
  if (objects.length > 0) throw new BadRequestError(`Non-unique retry objects: [${objects.join()}]`);
  const destinations = repeated(
    retries.flatMap(({ type, destinationId }) =>
      destinationId === undefined ? [] : [keyOf({ type, id: destinationId })],
    ),
  );
  if (destinations.length > 0)
    throw new BadRequestError(`Non-unique retry destinations: [${destinations.join()}]`);
  return new Map(retries.map((retry) => [keyOf(retry), retry]));
}
