import {
  ActionError,
  defineConnectorType,
  HttpRequestError,
  type HttpResponse,
  HttpStatusError,
  messageOf,
  retryAfter,
  sourceOfStatus,
} from '@patchbay/kit';
import { z } from 'zod';

const secrets = z.strictObject({
  webhookUrl: z.string().meta({
    title: 'Webhook URL',
    description: 'The URL of the incoming webhook that Slack made for one channel of one workspace.',
  }),
});

const params = z.strictObject({
  message: z.string().min(1).meta({ title: 'Message', description: 'The text to post, in Slack mrkdwn.' }),
});

/** Slack incoming webhooks. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack = defineConnectorType({
  id: '.slack',
  name: 'Slack',
  description: 'Posts a message to a Slack channel through an incoming webhook.',
  minimumLicense: 'gold',
  features: ['alerting', 'uptime', 'siem'],
  config: z.strictObject({}).default({}),
  secrets,
  validate: {
    secrets({ webhookUrl }, { allowedHosts }) {
      if (!URL.canParse(webhookUrl)) {
        throw new Error('error configuring slack action: unable to parse host name from webhookUrl');
      }
      try {
        allowedHosts.ensureUrlAllowed(webhookUrl);
      } catch (cause) {
        throw new Error(`error configuring slack action: ${messageOf(cause)}`, { cause });
      }
    },
  },
  params,
  noticeParams: ({ text }) => ({ message: text }),
  example: {
    name: 'Operations channel',
    secrets: { webhookUrl: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX' },
    params: { message: 'Disk is *full* on host-1' },
  },
  renderParams: ({ message }, render) => ({ message: render.text(message as string, 'slack') }),
  async execute({ params: { message }, secrets: { webhookUrl }, http, now }) {
    // Slack's own client follows no redirect: a 3xx is an answer like any other.
    const response = await http
      .post(webhookUrl, { json: { text: message }, maxRedirects: 0 })
      .catch((error) => Promise.reject(toActionError(error, now())));
    const answer = response.text();
    if (answer !== 'ok') throw new ActionError('error posting slack message', { serviceMessage: answer });
    return { text: answer };
  },
});

function toActionError(error: unknown, now: Date): unknown {
  if (error instanceof HttpRequestError) {
    return new ActionError('error posting slack message', {
      serviceMessage: `A request error occurred: ${error.message}`,
      cause: error,
    });
  }
  return error instanceof HttpStatusError ? ofStatus(error, error.response, now) : error;
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
function ofStatus(error: HttpStatusError, { status, statusText, headers }: HttpResponse, now: Date): Error {
  const serviceMessage = `An HTTP protocol error occurred: statusCode = ${status}`;
  if (status >= 500) {
    return new ActionError('error posting a slack message, retry later', {
      serviceMessage,
      retry: true,
      source: 'framework',
      cause: error,
    });
  }
  if (status === 429) {
    const date = retryAfter(headers['retry-after'], now);
    const when = date === undefined ? 'later' : `at ${date.toISOString()}`;
    return new ActionError(`error posting a slack message, retry ${when}`, {
      serviceMessage,
      retry: date ?? true,
      cause: error,
    });
  }
  // Such a status is left as it was thrown: the answer is the framework's, marked as the user's to mend.
  if (sourceOfStatus(status) === 'user') return error;
  return new ActionError(`unexpected http response from slack: ${status} ${statusText}`, { cause: error });
}
