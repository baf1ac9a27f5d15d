import { createRequire } from 'node:module';
import { messageOf } from '../../errors.ts';

const require = createRequire(import.meta.url);

/** Hjson (https://hjson.github.io/syntax.html) as compact JSON. */
export function parseHjson(text: string): string {
  // Loaded when first needed, as few templates need it.
  const hjson: typeof import('hjson') = require('hjson');
  try {
    return JSON.stringify(hjson.parse(text));
  } catch (cause) {
    throw new Error(`error parsing Hjson "${text}": ${messageOf(cause)}`, { cause });
  }
}
