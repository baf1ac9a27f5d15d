import { v7 } from 'uuid';
import { randomPieces } from './random-pieces.ts';

const RANDOM_BYTES = 16;

/** Ids that grow with time, to the millisecond, so that an index of them is written at its end. RFC 9562, version 7. */
export function timeOrderedIds(): (at: Date) => string {
  const nextRandom = randomPieces(RANDOM_BYTES);
  return (at) => v7({ msecs: at.getTime(), random: nextRandom() });
}
