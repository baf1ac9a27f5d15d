import { type ActionContext, ActionError, defineConnectorType, messageOf } from '@patchbay/kit';
import { addressProblem, isGiven, type Mailbox } from './addresses.ts';
import { composeParts, type MailFields, mailboxesOf } from './compose.ts';
import { sendByGraph } from './graph.ts';
import { composeJson } from './json-service.ts';
import { loadMarkdown } from './markdown.ts';
import { type Config, config, type Params, params, type Secrets, secrets } from './schema.ts';
import { ELASTIC_CLOUD, EXCHANGE, JSON_SERVICE, mailServer } from './services.ts';
import { sendBySmtp } from './smtp.ts';
import { NO_RECIPIENT, validateConfig, validateConnector, validateParams } from './validate.ts';

type Context = ActionContext<Config, Secrets, Params>;

/** Mail by SMTP, or by Microsoft Graph. The libraries for it are loaded when the first mail is sent. */
export const email = defineConnectorType({
  id: '.email',
  name: 'Email',
  description: 'Sends mail.',
  minimumLicense: 'gold',
  features: ['alerting', 'uptime', 'siem', 'workflows', 'agentBuilder'],
  config,
  secrets,
  validate: { config: validateConfig, connector: validateConnector, params: validateParams },
  params,
  example: {
    name: 'On-call mail',
    config: { host: 'mail.example.com', port: 587, from: 'Patchbay <patchbay@example.com>' },
    secrets: { user: 'patchbay', password: 'the-password' },
    params: { to: ['on-call@example.com'], subject: 'Disk full', message: 'Disk is **full** on host-1' },
  },
  renderParams({ message, messageHTML, ...others }, render) {
    return {
      ...render.deep(others, 'none'),
      message: render.text(message as string, 'markdown'),
      messageHTML: render.text(messageHTML as string | null, 'html'),
    };
  },
  async execute(context) {
    ensureSendable(context);
    const { params, settings, connector, log, addRequestBodyBytes } = context;
    try {
      const parts = composeParts(params, settings, {
        connectorId: connector.id,
        renderMarkdown: await loadMarkdown(),
        warn: log.warn,
      });
      const mail = toMail(context, parts);
      if (context.config.service !== EXCHANGE) addRequestBodyBytes(sizeOf(context, parts));
      return await send(mail, context);
    } catch (cause) {
      throw new ActionError('error sending email', { serviceMessage: messageOf(cause), cause });
    }
  },
});

/** Throws `ActionError`. Params were checked before, but not where a template stood in them. */
function ensureSendable({ config, params, settings, source }: Context): void {
  const { to, cc, bcc, messageHTML, attachments } = params;
  const recipients = [...to, ...cc, ...bcc].filter(isGiven);
  if (recipients.length === 0) throw new ActionError(NO_RECIPIENT);
  const problem = addressProblem({ recipients }, settings.email);
  if (problem !== undefined) throw new ActionError(`[to/cc/bcc]: ${problem}`);
  const senderProblem = addressProblem({ others: [config.from] }, settings.email);
  if (senderProblem !== undefined) throw new ActionError(`[from]: ${senderProblem}`);
  const isNotification = source === 'notification';
  const allowsHtml = config.allowHtml === true && config.service !== ELASTIC_CLOUD;
  if (messageHTML !== null && !isNotification && !allowsHtml)
    throw new ActionError('HTML email can only be sent when the connector is configured to allow HTML');
  if (attachments !== undefined && !isNotification)
    throw new ActionError('Email attachments can only be sent via notifications');
}

function toMail({ config, params, deliveryId }: Context, parts: { text: string; html: string }): MailFields {
  const { to, cc, bcc, replyTo, subject, attachments } = params;
  const from = mailboxesOf([config.from]);
  return {
    from,
    to: mailboxesOf(to),
    cc: mailboxesOf(cc),
    bcc: mailboxesOf(bcc),
    ...(replyTo?.some(isGiven) && { replyTo: mailboxesOf(replyTo) }),
    subject,
    ...parts,
    ...(attachments !== undefined && attachments.length > 0 && { attachments }),
    ...(deliveryId !== undefined && { messageId: messageIdOf(deliveryId, from) }),
  };
}

/** One message, however often it is sent. https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4 */
function messageIdOf(deliveryId: string, [sender]: readonly Mailbox[]): string {
  const domain = sender?.address.split('@').at(-1);
  return `<${deliveryId}@${domain || 'patchbay'}>`;
}

/** As the reference counts it: the fields as they were given, in JSON. */
function sizeOf(
  { config: { from }, params }: Context,
  { html, text }: { text: string; html: string },
): number {
  const { to, cc, bcc, replyTo, subject, attachments } = params;
  const fields = {
    from,
    to,
    cc,
    bcc,
    ...(replyTo?.length && { replyTo }),
    subject,
    html,
    text,
    ...(attachments?.length && { attachments }),
  };
  return Buffer.byteLength(JSON.stringify(fields));
}

async function send(mail: MailFields, context: Context): Promise<unknown> {
  const { config, settings } = context;
  if (config.service === JSON_SERVICE) return composeJson(mail);
  if (config.service === EXCHANGE) return sendByGraph(mail, context);
  const server = mailServer(config, settings.email);
  if (server === undefined) throw new Error(`[service] value '${config.service}' is not valid`);
  return sendBySmtp(mail, server, context);
}
