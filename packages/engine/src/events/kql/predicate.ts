import { dateMath } from '../date-math.ts';
import type { KqlNode, KqlText } from './grammar.js';

/** Whether a document is one of those that a query asks for. */
export type Predicate = (document: unknown) => boolean;

/** Fields whose words are searched; of all others the whole value is compared, as written. */
const TEXTS = new Set(['message', 'error.message']);

export function isTextField(path: string): boolean {
  return TEXTS.has(path);
}

/** Read as Elasticsearch reads the fields of the event log; a moment such as `now-1d` is one of the time given. */
export function predicateOf(node: KqlNode, now: Date): Predicate {
  return compiled(node, '', now);
}

/** `prefix` is the path of the object that fields are looked for in. */
function compiled(node: KqlNode, prefix: string, now: Date): Predicate {
  switch (node.kind) {
    case 'all': {
      const each = node.nodes.map((one) => compiled(one, prefix, now));
      return (document) => each.every((holds) => holds(document));
    }
    case 'any': {
      const each = node.nodes.map((one) => compiled(one, prefix, now));
      return (document) => each.some((holds) => holds(document));
    }
    case 'not': {
      const holds = compiled(node.node, prefix, now);
      return (document) => !holds(document);
    }
    case 'nested': {
      const path = node.field.pieces.join('*');
      const holds = compiled(node.node, `${prefix}${path}.`, now);
      const parts = path.split('.');
      return (document) => objectsAt(document, parts).some(holds);
    }
    case 'is': {
      const matches = valueTest(node.value, now);
      if (node.field === null) return anyLeaf(prefix, matches);
      return ofField(node.field, prefix, matches);
    }
    case 'compare': {
      const holds = comparison(node.comparison, node.value.pieces.join('*'), now);
      return ofField(node.field, prefix, holds);
    }
  }
}

type LeafTest = (leaf: unknown, path: string) => boolean;

function ofField({ pieces, isQuoted }: KqlText, prefix: string, matches: LeafTest): Predicate {
  if (pieces.length > 1 && !isQuoted) {
    const isField = globTest(pieces);
    return anyLeaf(prefix, (leaf, path) => isField(path.slice(prefix.length)) && matches(leaf, path));
  }
  const field = pieces.join('');
  const parts = field.split('.');
  const path = prefix + field;
  return (document) => leavesAt(document, parts, 0, (leaf) => matches(leaf, path));
}

function anyLeaf(prefix: string, matches: LeafTest): Predicate {
  const look = (value: unknown, path: string): boolean => {
    if (Array.isArray(value)) return value.some((one) => look(one, path));
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).some(([key, one]) => look(one, path === '' ? key : `${path}.${key}`));
    return matches(value, path);
  };
  return (document) => look(document, prefix.slice(0, -1));
}

/** Whether one of the leaves at a path is so; in a list there are several. */
function leavesAt(
  value: unknown,
  parts: readonly string[],
  at: number,
  matches: (leaf: unknown) => boolean,
): boolean {
  if (Array.isArray(value)) return value.some((one) => leavesAt(one, parts, at, matches));
  if (at === parts.length) return value !== undefined && typeof value !== 'object' && matches(value);
  if (typeof value !== 'object' || value === null) return false;
  const key = parts[at] ?? '';
  return (
    Object.hasOwn(value, key) && leavesAt((value as Record<string, unknown>)[key], parts, at + 1, matches)
  );
}

function objectsAt(value: unknown, parts: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => objectsAt(one, parts));
  if (typeof value !== 'object' || value === null) return [];
  const [key, ...rest] = parts;
  if (key === undefined) return [value];
  return Object.hasOwn(value, key) ? objectsAt((value as Record<string, unknown>)[key], rest) : [];
}

function valueTest(value: KqlText, now: Date): LeafTest {
  const { pieces, isQuoted } = value;
  if (pieces.length > 1) {
    const isWhole = globTest(pieces);
    const isWord = globTest(pieces.map((piece) => piece.toLowerCase()));
    return (leaf, path) =>
      isTextField(path)
        ? pieces.every((piece) => piece === '') || wordsOf(String(leaf)).some(isWord)
        : isWhole(String(leaf));
  }
  const text = pieces[0] ?? '';
  const words = wordsOf(text);
  const [from, to] = [dateMath(text, now), dateMath(text, now, { isEnd: true })];
  return (leaf, path) => {
    if (typeof leaf === 'number') return text.trim() !== '' && Number(text) === leaf;
    const given = String(leaf);
    if (isTextField(path))
      return isQuoted
        ? hasPhrase(wordsOf(given), words)
        : wordsOf(given).some((word) => words.includes(word));
    if (given === text) return true;
    const moment = from === undefined ? undefined : momentOf(given);
    return moment !== undefined && from !== undefined && to !== undefined && from <= moment && moment <= to;
  };
}

/** Numbers as numbers, moments as moments, all else as text. */
function comparison(operator: '<' | '<=' | '>' | '>=', text: string, now: Date): LeafTest {
  const holds = <T>(a: T, b: T): boolean => {
    if (operator === '<') return a < b;
    if (operator === '<=') return a <= b;
    return operator === '>' ? a > b : a >= b;
  };
  const number = text.trim() === '' ? Number.NaN : Number(text);
  // After a day is after its end, and up to a day is up to its end.
  const moment = dateMath(text, now, { isEnd: operator === '>' || operator === '<=' });
  return (leaf) => {
    if (typeof leaf === 'number') return holds(leaf, number);
    const given = String(leaf);
    const at = moment === undefined ? undefined : momentOf(given);
    if (at !== undefined && moment !== undefined) return holds(at, moment);
    if (/^\d+$/.test(given) && !Number.isNaN(number)) return holds(Number(given), number);
    return holds(given, text);
  };
}

function momentOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT/.test(text)) return undefined;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_, at) => phrase.length > 0 && phrase.every((word, n) => words[at + n] === word));
}

/** Whether a text is these pieces, with anything between two. Takes no longer than the text is long, for each piece. */
function globTest(pieces: readonly string[]): (text: string) => boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop() ?? '';
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let at = first.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= text.length - last.length;
  };
}
