import {
  ActionError,
  defineConnectorType,
  forgetTokenAfter,
  type HttpResponse,
  type TemplateRenderer,
  usesOauth,
  webhookFailure,
  webhookOauthHeader,
  withIdempotencyKey,
} from '@patchbay/kit';
import { toAnswer } from './answer.ts';
import { errorDetail } from './error-detail.ts';
import { toCall } from './request.ts';
import { config, type Params, params, secrets } from './schema.ts';
import { validateConfig, validateConnector, validateParams, validateSecrets } from './validate.ts';

const DOING = 'error calling http';

/** Calls any web service and answers what it says. */
export const http = defineConnectorType({
  id: '.http',
  name: 'HTTP',
  description: 'Calls a web service and answers what it says.',
  minimumLicense: 'gold',
  features: ['workflows', 'agentBuilder'],
  config,
  secrets,
  validate: {
    config: validateConfig,
    secrets: validateSecrets,
    connector: validateConnector,
    params: validateParams,
  },
  params,
  example: {
    name: 'Inventory',
    config: { url: 'https://inventory.example.com/api/v1' },
    secrets: { user: 'patchbay', password: 'the-password' },
    params: [
      { path: '/hosts', query: { name: 'host-1' } },
      {
        method: 'POST',
        path: '/hosts/host-1/notes',
        headers: { 'Content-Type': 'application/json' },
        body: { text: 'Disk is full' },
      },
      {
        method: 'POST',
        path: '/files',
        form_data: { file: { content: 'a,b', filename: 'report.csv', content_type: 'text/csv' } },
      },
    ],
  },
  renderParams,
  async execute(context) {
    const { config, secrets, params, connector, deliveryId, log, now, redact } = context;
    ensureOneBody(params);
    const oauth = usesOauth(config) ? await webhookOauthHeader(context, DOING) : undefined;
    const call = toCall(config, secrets, params, oauth);
    const { method, url, options } = withIdempotencyKey(call, deliveryId);
    let response: HttpResponse;
    try {
      response = await context.http.request(method, url, options);
    } catch (error) {
      if (oauth !== undefined) await forgetTokenAfter(error, context);
      const failure = webhookFailure(error, now(), {
        doing: DOING,
        detail: (response) => errorDetail(response, redact),
      });
      log.error(`error on ${connector.id} http event: ${failure.serviceMessage ?? failure.message}`);
      throw failure;
    }
    log.debug(
      `response from http action "${connector.id}": [HTTP ${response.status}] ${response.statusText}`,
    );
    return toAnswer(response);
  },
});

function ensureOneBody({ body, form_data: parts }: Params): void {
  if (!body || parts === undefined) return;
  throw new ActionError(`${DOING}, invalid response`, {
    serviceMessage: 'Cannot set both body and form_data',
  });
}

const TEMPLATES: ReadonlySet<string> = new Set(['url', 'path', 'query', 'headers']);

/** A body that is text, and the values of the rest: never their names, nor what is inside a body that is an object. */
function renderParams(given: Record<string, unknown>, render: TemplateRenderer): Record<string, unknown> {
  const isTemplate = (name: string, value: unknown) =>
    TEMPLATES.has(name) || (name === 'body' && typeof value === 'string');
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      isTemplate(name, value) ? render.deep(value, 'json') : value,
    ]),
  );
}
