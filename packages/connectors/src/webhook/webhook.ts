import {
  defineConnectorType,
  forgetTokenAfter,
  type HttpResponse,
  usesOauth,
  webhookFailure,
  webhookOauthHeader,
  withIdempotencyKey,
} from '@patchbay/kit';
import { toRequest } from './request.ts';
import { config, params, secrets } from './schema.ts';
import { signed } from './signed.ts';
import { validateConfig } from './validate.ts';

const DOING = 'error calling webhook';

/** Sends a request to any web service. */
export const webhook = defineConnectorType({
  id: '.webhook',
  name: 'Webhook',
  description: 'Sends a request to a web service.',
  minimumLicense: 'gold',
  features: ['alerting', 'uptime', 'siem'],
  config,
  secrets,
  validate: { config: validateConfig },
  params,
  noticeParams: ({ text }) => ({ body: JSON.stringify({ text }) }),
  example: {
    name: 'Alerts endpoint',
    config: { url: 'https://alerts.example.com/hook', headers: { 'Content-Type': 'application/json' } },
    secrets: { user: 'patchbay', password: 'the-password' },
    params: { body: '{"text": "Disk is full on host-1"}' },
  },
  renderParams: (given, render) => (given.body ? { body: render.text(given.body as string, 'json') } : given),
  async execute(context) {
    const { config, secrets, connector, signingKeys, deliveryId, http, log, now } = context;
    const { body } = context.params;
    const oauth = usesOauth(config) ? await webhookOauthHeader(context, DOING) : undefined;
    const request = toRequest(config, secrets, body, oauth);
    const { method, options } =
      signingKeys.length > 0 ? signed(request, context) : withIdempotencyKey(request, deliveryId);
    let response: HttpResponse;
    try {
      response = await http.request(method, config.url, options);
    } catch (error) {
      if (oauth !== undefined) await forgetTokenAfter(error, context);
      const failure = webhookFailure(error, now(), { doing: DOING });
      log.error(`error on ${connector.id} webhook event: ${failure.serviceMessage ?? failure.message}`);
      throw failure;
    }
    log.debug(
      `response from webhook action "${connector.id}": [HTTP ${response.status}] ${response.statusText}`,
    );
    return body;
  },
});
