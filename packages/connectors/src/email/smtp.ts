import type { ActionContext, SmtpConnection } from '@patchbay/kit';
import type { MailFields } from './compose.ts';
import type { Config, Secrets } from './schema.ts';
import { credentialsOf, type MailServer } from './services.ts';

type Context = Pick<ActionContext<Config, Secrets>, 'config' | 'secrets' | 'smtp' | 'signal'>;

/** A mail is made of what it is given, never of files or pages. */
export const NO_OTHER_SOURCES = { disableFileAccess: true, disableUrlAccess: true };

/** Hands a mail over to a mail server. What it gives are the facts of the library's report. */
export async function sendBySmtp(mail: MailFields, server: MailServer, context: Context): Promise<unknown> {
  const { config, secrets, smtp, signal } = context;
  const { createTransport } = await import('nodemailer');
  const { messageId, envelope, content } = await toMime(mail);
  const { host, port, isSecure, isWellKnown, authMethod } = server;
  const acceptsAnyCertificate = !isSecure && secrets.user === null && secrets.password === null;
  return smtp.session(
    {
      server: { host, port, isSecure, isWellKnown, acceptsAnyCertificate },
      message: { ...envelope, content },
      signal,
    },
    async ({ socket, tls, startTls: ofSettings }) => {
      const startTls = startTlsOf(ofSettings, server);
      const transport = createTransport({
        host,
        port,
        secure: isSecure,
        connection: socket,
        secured: isSecure,
        tls,
        ignoreTLS: startTls === 'never',
        requireTLS: startTls === 'always',
        auth: credentialsOf(config, secrets),
        authMethod,
      });
      const report = await transport.sendMail({ raw: content, envelope, messageId, signal });
      const { accepted, rejected, ehlo, envelopeTime, messageTime, messageSize, response } = report;
      return {
        accepted,
        rejected,
        ehlo,
        envelopeTime,
        messageTime,
        messageSize,
        response,
        envelope,
        messageId,
      };
    },
  );
}

/** What the settings do not decide is the service's. */
function startTlsOf(ofSettings: SmtpConnection['startTls'], { startTls }: MailServer) {
  return ofSettings === 'ifOffered' ? (startTls ?? ofSettings) : ofSettings;
}

/** The bytes of a mail and its envelope, without the blind copies in the one and with them in the other. */
async function toMime(mail: MailFields) {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const node = new MailComposer({ ...mail, ...NO_OTHER_SOURCES }).compile();
  const { from, to } = node.getEnvelope();
  const messageId = node.messageId();
  return { messageId, envelope: { from: from || '', to }, content: await node.build() };
}
