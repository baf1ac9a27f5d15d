import { setImmediate as nextTurn } from 'node:timers/promises';
import { slices } from './slices.ts';

/** Slices counted in one turn of the event loop: some milliseconds at worst. */
const SLICES_A_TURN = 16;

/**
 * How many tokens a text is for GPT-4, whatever it holds: names of special tokens are text. For models of other vendors
 * that is an estimate. The tokenizer is loaded by the first call.
 */
export async function countTokens(text: string): Promise<number> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/cl100k_base');
  const options = { disallowedSpecial: new Set<string>() };
  let total = 0;
  let taken = 0;
  for (const slice of slices(text)) {
    total += count(slice, options);
    if (++taken % SLICES_A_TURN === 0) await nextTurn();
  }
  return total;
}
