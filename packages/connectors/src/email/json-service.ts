import type { MailFields } from './compose.ts';
import { NO_OTHER_SOURCES } from './smtp.ts';

/** Composes a mail and sends it nowhere. */
export async function composeJson(mail: MailFields): Promise<unknown> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({ jsonTransport: true });
  const { envelope, messageId, message } = await transport.sendMail({
    ...mail,
    ...NO_OTHER_SOURCES,
  });
  const { disableFileAccess, disableUrlAccess, ...composed } = JSON.parse(message);
  return { envelope, messageId, message: composed };
}
