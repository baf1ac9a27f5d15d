import { createHash } from 'node:crypto';

/** What a page says. Not to be trusted: it may come from a URL or from another service. */
export interface CallbackPage {
  title: string;
  heading: string;
  message: string;
  details?: string | undefined;
}

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1c21; background: #f5f7fa; margin: 0; }
main { max-width: 32rem; margin: 15vh auto 0; padding: 2rem; background: #fff; border-radius: 6px; }
h1 { margin-top: 0; font-size: 1.5rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; background: #f5f7fa; }
`;

/** Nothing but the page's own style: no script, no form, no frame, nothing loaded. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For every answer at an address that may hold a code: nobody is told where the user came from. */
export const CALLBACK_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
};

/** The page that ends an authorization where nothing else does. */
export function callbackPage({ title, heading, message, details }: CallbackPage): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(heading)}</h1>
<p>${escapeHtml(message)}</p>
${details === undefined ? '' : `<pre>${escapeHtml(details)}</pre>\n`}</main>
</body>
</html>
`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}
