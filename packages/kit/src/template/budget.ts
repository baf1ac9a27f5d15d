/** Takes the cost of a step off what a rendering may cost. Throws when there is nothing left. */
export type Spend = (cost: number) => void;

/** A character that is written costs one. */
const MAX_COST = 32 * 1024 * 1024;
/** What a step costs that writes nothing. */
export const STEP = 16;

/** What a character of a template costs: the text in a lambda is parsed anew, and that in a lambda in it again. */
export const PARSED = 4;

/** One rendering's: sections in sections multiply, and a short template could run for years. */
export function createBudget(): Spend {
  let left = MAX_COST;
  return (cost) => {
    left -= cost;
    if (left < 0) throw new Error('The result is too large');
  };
}
