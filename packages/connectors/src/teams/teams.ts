import {
  ActionError,
  defineConnectorType,
  ensureAllowed,
  HttpRequestError,
  type HttpResponse,
  HttpStatusError,
  retryAfter,
} from '@patchbay/kit';
import { z } from 'zod';

const secrets = z.strictObject({
  webhookUrl: z.string().meta({
    title: 'Webhook URL',
    description: 'The URL of the incoming webhook, or of the workflow, of one channel.',
  }),
});

const params = z.strictObject({
  message: z
    .string()
    .min(1)
    .meta({ title: 'Message', description: 'The text to post, in Markdown of Teams.' }),
});

/**
 * Microsoft Teams incoming webhooks.
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export const teams = defineConnectorType({
  id: '.teams',
  name: 'Microsoft Teams',
  description: 'Posts a message to a Microsoft Teams channel.',
  minimumLicense: 'gold',
  features: ['alerting', 'uptime', 'siem', 'workflows', 'agentBuilder'],
  config: z.strictObject({}).default({}),
  secrets,
  validate: {
    secrets({ webhookUrl }, { allowedHosts }) {
      if (!URL.canParse(webhookUrl)) {
        throw new Error('error configuring teams action: unable to parse host name from webhookUrl');
      }
      ensureAllowed(webhookUrl, allowedHosts, 'error configuring teams action');
    },
  },
  params,
  noticeParams: ({ text }) => ({ message: text }),
  example: {
    name: 'Operations channel',
    secrets: { webhookUrl: 'https://example.webhook.office.com/webhookb2/11aa22bb/IncomingWebhook/33cc44dd' },
    params: { message: 'Disk is **full** on host-1' },
  },
  async execute({ params: { message }, secrets: { webhookUrl }, connector, http, log, now }) {
    const body = { text: message };
    const response = await http.post(webhookUrl, { json: body }).catch((error) => {
      throw toActionError(error, (text) =>
        log.error(`error on ${connector.id} Microsoft Teams event: ${text}`),
      );
    });
    const { status, statusText } = response;
    log.debug(`response from teams action "${connector.id}": [HTTP ${status}] ${statusText}`);
    if (isThrottled(response)) throw throttled(response, message, now());
    return body;
  },
});

/** Teams says so inside an answer that looks like success. */
function isThrottled(response: HttpResponse): boolean {
  return response.text().includes('ErrorCode:ApplicationThrottled');
}

function throttled({ headers }: HttpResponse, message: string, now: Date): ActionError {
  const date = retryAfter(headers['retry-after'], now);
  if (date === undefined) return retryLater();
  return new ActionError(`error posting a Microsoft Teams message, retry at ${date.toISOString()}`, {
    serviceMessage: message,
    retry: date,
  });
}

function retryLater(cause?: unknown): ActionError {
  return new ActionError('error posting a Microsoft Teams message, retry later', { retry: true, cause });
}

function toActionError(error: unknown, logError: (text: string) => void): ActionError {
  if (error instanceof HttpStatusError) {
    const { status, statusText } = error.response;
    const serviceMessage = `[${status}] ${statusText}`;
    logError(serviceMessage);
    if (status >= 500) return retryLater(error);
    return new ActionError('error posting to Microsoft Teams, invalid response', {
      serviceMessage,
      cause: error,
    });
  }
  if (error instanceof HttpRequestError) logError(error.message);
  return new ActionError('error posting to Microsoft Teams, unexpected error', { cause: error });
}
