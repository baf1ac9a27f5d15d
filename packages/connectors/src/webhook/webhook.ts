import { defineConnectorType, type HttpResponse, messageOf, type ValidationContext } from '@patchbay/kit';
import { toActionError } from './errors.ts';
import { toRequest } from './request.ts';
import { type Config, config, params, secrets } from './schema.ts';

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

function validateConfig({ url, authType, hasAuth }: Config, { allowedHosts }: ValidationContext): void {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new Error(`error validation webhook action config: ${reason}`, { cause });
  };
  if (!URL.canParse(url)) refuse('unable to parse url: TypeError: Invalid URL');
  try {
    allowedHosts.ensureUrlAllowed(url);
  } catch (cause) {
    refuse(messageOf(cause), cause);
  }
  if (authType && !hasAuth) refuse('authType must be null or undefined if hasAuth is false');
}
