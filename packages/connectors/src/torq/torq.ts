import {
  ActionError,
  defineConnectorType,
  ensureAllowed,
  type HttpResponse,
  type ValidationContext,
  webhookFailure,
} from '@patchbay/kit';
import { z } from 'zod';

const TOKEN = 'X-Torq-Token';
const CONFIGURING = 'error configuring send to Torq action';
const TRIGGERING = 'error triggering Torq workflow';

/** `localhost` is the reference's too, for tests. */
const HOSTNAME = /^(hooks\.(eu\.)?torq\.io|localhost)$/;

const config = z.strictObject({
  webhookIntegrationUrl: z.string().meta({
    title: 'Webhook URL',
    description: 'Of an Elastic Security trigger integration, on hooks.torq.io or hooks.eu.torq.io.',
  }),
});

const secrets = z.strictObject({
  token: z.string().meta({ title: 'Token', description: 'What the integration expects in its header.' }),
});

const params = z.strictObject({
  body: z.string().meta({ title: 'Body', description: 'JSON text; empty: nothing is sent.' }),
});

/** Torq workflows with a webhook trigger. https://kb.torq.io/en/articles/9139841-webhook */
export const torq = defineConnectorType({
  id: '.torq',
  name: 'Torq',
  description: 'Triggers workflows in Torq.',
  minimumLicense: 'gold',
  features: ['alerting', 'uptime', 'siem'],
  config,
  secrets,
  validate: { config: validateConfig },
  params,
  noticeParams: ({ text }) => ({ body: JSON.stringify({ text }) }),
  example: {
    name: 'Containment workflow',
    config: {
      webhookIntegrationUrl: 'https://hooks.torq.io/v1/webhooks/00000000-1111-2222-3333-444444444444',
    },
    secrets: { token: 'the-token' },
    params: { body: '{"text": "Disk is full on host-1"}' },
  },
  renderParams: (given, render) => (given.body ? render.deep(given, 'none') : given),
  async execute({ config, secrets, params: { body }, connector, http, log, now }) {
    let response: HttpResponse;
    try {
      const text = toBody(body);
      response = await http.post(config.webhookIntegrationUrl, {
        headers: { [TOKEN]: secrets.token, 'Content-Type': 'application/json' },
        sensitiveHeaders: [TOKEN],
        ...(text !== undefined && { text }),
      });
    } catch (error) {
      const failure = toFailure(error, now());
      log.error(`error on ${connector.id} Torq event: ${failure.serviceMessage ?? failure.message}`);
      throw failure;
    }
    const { status, statusText } = response;
    log.debug(`response from Torq action "${connector.id}": [HTTP ${status}] ${statusText}`);
    return body;
  },
});

/**
 * The JSON that is sent, written anew; undefined: none, for what the reference's client takes for no body. Throws
 * `SyntaxError`.
 */
export function toBody(text: string): string | undefined {
  const value: unknown = JSON.parse(text || 'null');
  return value ? JSON.stringify(value) : undefined;
}

function toFailure(error: unknown, now: Date): ActionError {
  if (error instanceof SyntaxError) {
    return new ActionError(`${TRIGGERING}, invalid body`, { serviceMessage: error.message, cause: error });
  }
  return webhookFailure(error, now, {
    doing: TRIGGERING,
    ofStatus: {
      401: 'unauthorised',
      404: 'make sure the webhook URL is valid',
      405: 'method is not supported',
    },
  });
}

function validateConfig(
  { webhookIntegrationUrl: url }: z.output<typeof config>,
  { allowedHosts }: ValidationContext,
): void {
  if (!URL.canParse(url)) throw new Error(`${CONFIGURING}: unable to parse url: TypeError: Invalid URL`);
  ensureAllowed(url, allowedHosts, CONFIGURING);
  if (!HOSTNAME.test(new URL(url).hostname)) {
    throw new Error(`${CONFIGURING}: url must begin with https://hooks.torq.io or https://hooks.eu.torq.io`);
  }
}
