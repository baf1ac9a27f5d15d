import type { OperatorSettings } from '@patchbay/kit';
import { type Mailbox, parseAddresses } from './addresses.ts';
import type { Params } from './schema.ts';

/** The fields of a mail, in the words of the mail library. */
export interface MailFields {
  from: Mailbox[];
  to: Mailbox[];
  cc: Mailbox[];
  bcc: Mailbox[];
  replyTo?: Mailbox[];
  subject: string;
  html: string;
  text: string;
  attachments?: Params['attachments'];
  /** Left out: one that the mail library makes up. */
  messageId?: string;
}

/** Markdown in, HTML out. */
export type RenderMarkdown = (text: string) => string;

/** The text and the HTML part. `warn` is told of what is cut. */
export function composeParts(
  { message, messageHTML, kibanaFooterLink }: Params,
  { email, publicBaseUrl }: OperatorSettings,
  {
    connectorId,
    renderMarkdown,
    warn,
  }: { connectorId: string; renderMarkdown: RenderMarkdown; warn(message: string): void },
): { text: string; html: string } {
  const max = email.maximumBodyLength;
  const trimmed = (name: string, body: string) => {
    if (body.length < max) return body;
    warn(
      `connector "${connectorId}" email parameter ${name} length ${body.length} exceeds xpack.actions.email.maximum_body_length bytes (${max}) and has been trimmed`,
    );
    return `${trimNotice(connectorId, body.length, max)}\n\n${body.slice(0, max)}`;
  };
  const footer = email.hasFooter ? `\n\n---\n\n${footerText(kibanaFooterLink, publicBaseUrl)}` : '';
  const text = trimmed('message', message) + footer || 'no message set';
  return {
    text,
    html: messageHTML === null ? rendered(text, renderMarkdown) : trimmed('messageHTML', messageHTML),
  };
}

function trimNotice(connectorId: string, length: number, max: number): string {
  return `Your message's length of ${length} exceeded the ${max} bytes limit that is set for the connector "${connectorId}" and was trimmed. You can modify the limit by increasing the value specified for the xpack.actions.email.maximum_body_length setting.`;
}

function footerText({ path, text }: Params['kibanaFooterLink'], publicBaseUrl: string | undefined): string {
  if (publicBaseUrl === undefined) return 'This message was sent by Elastic.';
  return `This message was sent by Elastic. [${text}](${publicBaseUrl}${path === '/' ? '' : path}).`;
}

/** A page is better with its markup showing than not sent. */
function rendered(text: string, renderMarkdown: RenderMarkdown): string {
  try {
    return renderMarkdown(text);
  } catch {
    return text;
  }
}

/** The mailboxes of all entries; entries that are no addresses have been refused before. */
export function mailboxesOf(entries: readonly string[]): Mailbox[] {
  return entries.flatMap((entry) => parseAddresses(entry) ?? []);
}
