export { randomPieces } from './random-pieces.ts';
export { timeOrderedIds } from './time-ordered-ids.ts';
