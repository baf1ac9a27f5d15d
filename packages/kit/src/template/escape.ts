/** How values (never the literal template) are escaped: `05-templating` of the contract, section 4. */
export type EscapeMode = 'none' | 'json' | 'html' | 'slack' | 'markdown';

type Escape = (text: string) => string;

const HTML: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '/': '&#x2F;',
  '`': '&#x60;',
  '=': '&#x3D;',
};

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const SLACK: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '`': "'" };

const escapes: Record<EscapeMode, Escape> = {
  none: (text) => text,
  json: (text) => JSON.stringify(text).slice(1, -1),
  html: (text) => text.replace(/[&<>"'/`=]/g, (char) => HTML[char] ?? char),
  slack: escapeSlack,
  markdown: (text) => text.replace(/[\\|`*_{}[\]()#+\-.!]/g, '\\$&'),
};

/** The escape function of a mode. null and undefined print as nothing; other values by their text. */
export function escapeFor(mode: EscapeMode): (value: unknown) => string {
  const escapeText = escapes[mode];
  return (value) => (value === null || value === undefined ? '' : escapeText(String(value)));
}

/** Slack has no escape for `_` and `*`: a value that holds one, unless it is a URL, is shown as code. */
function escapeSlack(text: string): string {
  if (/[_*]/.test(text) && !URL.canParse(text)) return `\`${text.replaceAll('`', "'")}\``;
  return text.replace(/[&<>`]/g, (char) => SLACK[char] ?? char);
}
