import { plainText } from './plain-text.ts';
import { urlCredentials } from './url-credentials.ts';

/** Of fewer bytes too little is left in the middle of a longer base64 to tell it from other text. */
const MIN_INSIDE_BYTES = 8;

/** What to look for, in a text and in its plain text, to find a secret in it. The longest first. */
export function needles(secrets: readonly unknown[], minLength: number): string[] {
  const values = [...strings(secrets)]
    .flatMap((value) => [value, ...tellingParts(value)])
    .filter((value) => value.length >= minLength);
  const written = [...values.flatMap(encodings), ...secrets.flatMap(basicCredentials)];
  // A secret may have what looks like an escape in it.
  const plain = written.map((value) => plainText(value).text).filter((value) => value.length >= minLength);
  return [...new Set([...written, ...plain])].sort((a, b) => b.length - a.length);
}

/** Shorter parts of a URL are names rather than secrets. */
const MIN_SEGMENT = 16;
const MIN_QUERY_VALUE = 8;

/** What tells as much as the whole: of a header without its scheme, of a pair in clear, of a URL without its host. */
function tellingParts(value: string): string[] {
  const [, scheme, credentials] = /^([a-z][a-z0-9-]*) (.+)$/is.exec(value) ?? [];
  if (credentials !== undefined && scheme !== undefined)
    return /^(basic|apikey)$/i.test(scheme) ? [credentials, ...pairOf(credentials)] : [credentials];
  const url = value.includes('://') ? URL.parse(value) : null;
  if (url === null) return [];
  return [
    ...urlCredentials(value),
    ...(url.pathname.length >= MIN_QUERY_VALUE ? [url.pathname, url.pathname + url.search] : []),
    ...url.pathname.split('/').filter((segment) => segment.length >= MIN_SEGMENT),
    ...[...url.searchParams.values()].filter((one) => one.length >= MIN_QUERY_VALUE),
  ];
}

function pairOf(credentials: string): string[] {
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return pair.includes(':') ? [pair, pair.slice(pair.indexOf(':') + 1)] : [];
}

/** As it is, as a header's bytes show it, in hex, and in base64, also in the middle of a longer one. */
function encodings(value: string): string[] {
  const isAscii = Buffer.byteLength(value) === value.length;
  const hidden = new Set([
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
  ]);
  return [
    value,
    ...[...hidden].flatMap((text) => opaque(Buffer.from(text))),
    ...(isAscii ? [] : [Buffer.from(value).toString('latin1'), ...opaque(Buffer.from(value, 'latin1'))]),
  ];
}

/** Encodings in which nothing of the text can be seen. */
function opaque(bytes: Buffer): string[] {
  if (bytes.byteLength < MIN_INSIDE_BYTES) return base64(bytes);
  const hex = bytes.toString('hex');
  return [...base64(bytes), ...insideBase64(bytes), hex, hex.toUpperCase()];
}

/** Without padding too, unless it is so short that any word could be it. */
function base64(bytes: Buffer): string[] {
  const text = bytes.toString('base64');
  const texts = bytes.byteLength < MIN_INSIDE_BYTES ? [text] : [text, text.replace(/=+$/, '')];
  return texts.flatMap((one) => [one, urlAlphabet(one)]);
}

/** The characters that tell of nothing but these bytes, wherever in the groups of three they begin. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const text = whole
      .toString('base64')
      .slice(Math.ceil((offset * 8) / 6), Math.floor((whole.byteLength * 8) / 6));
    return [text, urlAlphabet(text)];
  });
}

function urlAlphabet(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

function* strings(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const child of Object.values(value)) yield* strings(child);
}

/** What basic auth makes of a pair. */
function basicCredentials(secrets: unknown): string[] {
  const { user, password } = (secrets ?? {}) as { user?: unknown; password?: unknown };
  if (typeof user !== 'string' || typeof password !== 'string') return [];
  return base64(Buffer.from(`${user}:${password}`));
}
