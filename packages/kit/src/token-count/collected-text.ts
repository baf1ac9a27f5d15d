/** In characters. Far above what a model says in one answer; it bounds what a stream may make a run keep. */
const TEXT_MAX = 500_000;

/** Pieces of a text that is counted once it is whole. */
export interface CollectedText {
  add(piece: string): void;
  /** undefined: it grew too long, and nothing of it was kept. */
  text(): string | undefined;
  /** Whether it grew too long: nothing that is added counts any more. */
  isLost(): boolean;
}

export function collectedText(maxLength = TEXT_MAX): CollectedText {
  let pieces: string[] = [];
  let length = 0;
  return {
    add(piece) {
      length += piece.length;
      if (length > maxLength) pieces = [];
      else if (piece !== '') pieces.push(piece);
      // A stream gives one word at a time, and each piece costs more than its letters.
      if (pieces.length > 1000) pieces = [pieces.join('')];
    },
    text: () => (length > maxLength ? undefined : pieces.join('')),
    isLost: () => length > maxLength,
  };
}
