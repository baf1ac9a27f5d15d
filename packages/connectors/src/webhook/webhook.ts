import { defineConnectorType, type HttpResponse } from '@patchbay/kit';
import { toActionError } from './errors.ts';
import { toRequest } from './request.ts';
import { config, params, secrets } from './schema.ts';
import { validateConfig } from './validate.ts';

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
  renderParams: (given, render) => (given.body ? { body: render.text(given.body as string, 'json') } : given),
  async execute({ config, secrets, params: { body }, connector, http, log, now }) {
    const { method, options } = toRequest(config, secrets, body);
    let response: HttpResponse;
    try {
      response = await http.request(method, config.url, options);
    } catch (error) {
      const failure = toActionError(error, now());
      log.error(`error on ${connector.id} webhook event: ${failure.serviceMessage ?? failure.message}`);
      throw failure;
    }
    log.debug(
      `response from webhook action "${connector.id}": [HTTP ${response.status}] ${response.statusText}`,
    );
    return body;
  },
});
