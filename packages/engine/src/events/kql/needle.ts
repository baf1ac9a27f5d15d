import type { EventFilter } from '../../store/index.ts';
import type { KqlNode, KqlText } from './grammar.js';
import { isTextField } from './predicate.ts';

type Needle = NonNullable<EventFilter['documentHas']>;

/**
 * A text without which no document is one that a query asks for, the longest that there is: a document that has not got it need not
 * be read. undefined: there is none.
 */
export function needleOf(node: KqlNode): Needle | undefined {
  return needles(node, '').reduce<Needle | undefined>(
    (longest, one) => (longest === undefined || one.text.length > longest.text.length ? one : longest),
    undefined,
  );
}

function needles(node: KqlNode, prefix: string): Needle[] {
  if (node.kind === 'all') return node.nodes.flatMap((one) => needles(one, prefix));
  if (node.kind === 'nested') return needles(node.node, `${prefix}${node.field.pieces.join('*')}.`);
  if (node.kind !== 'is' || node.field === null || node.field.pieces.length > 1) return [];
  return isTextField(prefix + node.field.pieces[0]) ? wordsIn(node.value) : piecesOf(node.value);
}

/** As they are in the JSON of a document. Where a value may be a number or a moment, it may be written there in another way. */
function piecesOf({ pieces }: KqlText): Needle[] {
  return pieces
    .filter((piece) => /^[^\d.+-]/.test(piece) && !piece.startsWith('now') && piece !== 'Infinity')
    .map((piece) => ({ text: JSON.stringify(piece).slice(1, -1), ignoresCase: false }));
}

/** Words of letters that every database knows in both cases. Of several that are not quoted any one is enough. */
function wordsIn({ pieces, isQuoted }: KqlText): Needle[] {
  const words = pieces.flatMap((piece) => piece.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
  if (pieces.length > 1 || (!isQuoted && words.length > 1)) return [];
  return words.filter((word) => /^[a-z0-9_]+$/.test(word)).map((text) => ({ text, ignoresCase: true }));
}
