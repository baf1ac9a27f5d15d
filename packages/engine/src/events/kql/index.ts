export type { KqlNode } from './grammar.js';
export { needleOf } from './needle.ts';
export { type Predicate, predicateOf } from './predicate.ts';
export { both, type PushedDown, pushedDown } from './pushed-down.ts';
export { readKql } from './read-kql.ts';
