import { validate, version } from 'uuid';
import { expect, it } from 'vitest';
import { randomPieces, timeOrderedIds } from './index.ts';

it('no piece is given twice, and none changes once it is given', () => {
  const next = randomPieces(12);
  const pieces = Array.from({ length: 2000 }, next);
  const texts = pieces.map((piece) => piece.toString('hex'));
  for (let more = 0; more < 2000; more++) next();
  expect(new Set(texts).size).toBe(2000);
  expect(pieces.map((piece) => piece.toString('hex'))).toEqual(texts);
  expect(pieces.every((piece) => piece.length === 12)).toBe(true);
});

it('ids are of version 7, unique, and in the order of their times', () => {
  const idAt = timeOrderedIds();
  const ids = Array.from({ length: 1000 }, (_, ms) => idAt(new Date(1_800_000_000_000 + ms)));
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  const at = new Date();
  expect(new Set(Array.from({ length: 1000 }, () => idAt(at))).size).toBe(1000);
});
