import { BadRequestError } from '../../errors/index.ts';
import { type KqlNode, parse } from './grammar.js';

/** Throws `BadRequestError` for what is not written in Kibana's query language. */
export function readKql(text: string): KqlNode {
  try {
    return parse(text);
  } catch (cause) {
    // Also of what is nested deeper than anybody writes.
    throw new BadRequestError(`Invalid kuery syntax for filter ${text}`, { cause });
  }
}
