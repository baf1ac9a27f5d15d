/**
 * Whatever repeats a text escapes it: JSON, a URL, a form, HTML, one inside the other, with lines broken where they
 * became too long. Two texts that are the same but for that have the same plain text.
 */
export interface PlainText {
  text: string;
  /** Where a part of it stands in the text that it was made of. */
  origin(start: number, end: number): Span;
}

/** `end` is exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** Escapes inside escapes. Deeper ones are nobody's accident. */
const MAX_DEPTH = 16;

export function plainText(text: string): PlainText {
  let plain: PlainText = { text, origin: (start, end) => ({ start, end }) };
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const next = unescapeOnce(plain, plain.text.search(LINE_BREAK) === -1 ? ESCAPE : LINE_BREAK);
    if (next === plain) break;
    plain = next;
  }
  return plain;
}

// Backslashes are taken a whole run at a time: a text of nothing else costs no more than another one.

/** A line break and the indentation after it, also written out. Taken out first: it may stand inside an escape. */
const LINE_BREAK = /(?:[\r\n]|(?<!\\)\\+[nr])+[ \t]*/g;

/** Bytes of a URL; characters of JSON, by number or after backslashes; characters of HTML; a space in a form. */
const ESCAPE =
  /(?:%[0-9a-f]{2})+|(?<!\\)\\+(?:u([0-9a-f]{4})|([^\w\s\\])|t|(?![nr]))|&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));|\+/gi;

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** One that was replaced: by how much text at `at`, and where it stood before. */
interface Replaced extends Span {
  at: number;
  length: number;
}

function unescapeOnce(plain: PlainText, pattern: RegExp): PlainText {
  const replaced: Replaced[] = [];
  let text = '';
  let done = 0;
  for (const match of plain.text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    const meant = unescaped(match);
    text += plain.text.slice(done, match.index);
    replaced.push({ at: text.length, length: meant.length, start: match.index, end });
    text += meant;
    done = end;
  }
  if (replaced.length === 0) return plain;
  return {
    text: text + plain.text.slice(done),
    origin: (start, end) => plain.origin(before(replaced, start).start, before(replaced, end - 1).end),
  };
}

function unescaped([written, code, sign, hex, decimal, entity]: RegExpExecArray): string {
  if (written.startsWith('%')) return decodedBytes(written);
  if (sign !== undefined) return sign;
  if (code !== undefined || hex !== undefined) return character(Number.parseInt(code ?? hex ?? '', 16));
  if (decimal !== undefined) return character(Number(decimal));
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()] ?? '';
  return written === '+' ? ' ' : '';
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** In UTF-8 or, where they are none, in Latin-1. */
function decodedBytes(written: string): string {
  const bytes = Buffer.from(written.replaceAll('%', ''), 'hex');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

/** Where the character at `index` stood before the replacements. */
function before(replaced: readonly Replaced[], index: number): Span {
  let low = 0;
  let high = replaced.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((replaced[middle] as Replaced).at <= index) low = middle + 1;
    else high = middle;
  }
  const last = replaced[low - 1];
  if (last === undefined) return { start: index, end: index + 1 };
  if (index < last.at + last.length) return last;
  const start = last.end + (index - last.at - last.length);
  return { start, end: start + 1 };
}
