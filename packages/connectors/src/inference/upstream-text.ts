/** In characters, as the reference has it. */
const TEXT_MAX = 1000;
const TRUNCATED = '... [truncated]';
/** What is gone through for secrets: longer texts are cut anyway. */
const READ_MAX = 20_000;

const NAMES = /(?:[\w-]{0,40}[_-])?(?:authorization|api[_-]?key|password|secret|token)/.source;
const QUOTED = new RegExp(`(\\b${NAMES}\\\\*["']?\\s*[:=]\\s*\\\\*["'])[^"'\\\\]*`, 'gi');
const BARE = new RegExp(
  `(\\b${NAMES}\\\\*["']?\\s*[:=]\\s*)(?:(?:Bearer|Basic|ApiKey)\\s+)?[^\\s"',;}&\\\\[]+`,
  'gi',
);

/** What a provider says through Elasticsearch, without what looks like a secret, and not at any length. */
export function upstreamText(text: string): string {
  const shown = text
    .slice(0, READ_MAX)
    .replace(/\bsk-[\w-]{4,}/g, '[redacted]')
    .replace(QUOTED, '$1[redacted]')
    .replace(BARE, '$1[redacted]')
    .replace(/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer [redacted]');
  return shown.length <= TEXT_MAX ? shown : shown.slice(0, TEXT_MAX - TRUNCATED.length) + TRUNCATED;
}
