import { type ActionContext, clientCredentialsToken, forgetTokenAfter, HttpStatusError } from '@patchbay/kit';
import type { MailFields } from './compose.ts';
import type { Config, Secrets } from './schema.ts';

type Context = ActionContext<Config, Secrets>;

/** What `sendMail` answers when it has taken a mail. */
const ACCEPTED = 202;

/** Sends a mail as the sender's mailbox. https://learn.microsoft.com/graph/api/user-sendmail */
export async function sendByGraph(mail: MailFields, context: Context): Promise<unknown> {
  const { connector, http, settings } = context;
  const token = await accessToken(context);
  if (token === undefined)
    throw new Error(`Unable to retrieve access token for connectorId: ${connector.id}`);
  const sender = pathSegment(mail.from[0]?.address ?? '');
  try {
    const response = await http.post(`${settings.microsoft.graphApiUrl}/users/${sender}/sendMail`, {
      json: toGraphMail(mail),
      headers: { 'Content-Type': 'application/json', Authorization: token },
      acceptStatus: (status) => status === ACCEPTED,
    });
    return response.data();
  } catch (cause) {
    if (!(cause instanceof HttpStatusError)) throw cause;
    await forgetTokenAfter(cause, context);
    throw new Error(JSON.stringify(cause.response.data()), { cause });
  }
}

/** https://learn.microsoft.com/graph/api/resources/message */
export function toGraphMail({ to, cc, bcc, subject, html, attachments = [] }: MailFields) {
  const recipients = (mailboxes: MailFields['to']) =>
    mailboxes.map(({ name, address }) => ({ emailAddress: { address, ...(name !== '' && { name }) } }));
  return {
    message: {
      subject,
      body: { contentType: 'HTML', content: html },
      toRecipients: recipients(to),
      ccRecipients: recipients(cc),
      bccRecipients: recipients(bcc),
      attachments: attachments.map(({ filename, contentType, content }) => ({
        '@odata.type': '#microsoft.graph.fileAttachment',
        name: filename,
        contentType,
        contentBytes: content,
      })),
    },
  };
}

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
function accessToken(context: Context): Promise<string | undefined> {
  const { config, secrets, settings } = context;
  const { exchangeUrl, graphApiScope } = settings.microsoft;
  return clientCredentialsToken(
    {
      tokenUrl:
        config.oauthTokenUrl || `${exchangeUrl}/${pathSegment(config.tenantId ?? '')}/oauth2/v2.0/token`,
      clientId: config.clientId ?? '',
      clientSecret: secrets.clientSecret,
      scope: graphApiScope,
    },
    context,
  );
}

/** As it stands, but for what would end the segment or the path: the reference encodes nothing. */
function pathSegment(text: string): string {
  return text.replace(/[/?#\\%]/g, encodeURIComponent);
}
