import { messageOf } from '../../errors.ts';
import { evaluate } from '../math/evaluate.ts';

/** An expression, its names looked up in the current section's object. */
export function evalMath(expression: string, view: unknown): string {
  try {
    return String(evaluate(expression, view) ?? '');
  } catch (cause) {
    throw new Error(`error evaluating tinymath expression "${expression}": ${messageOf(cause)}`, { cause });
  }
}
