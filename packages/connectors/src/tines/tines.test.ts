import {
  createAllowedHosts,
  createRenderer,
  prepareVariables,
  ValidationError,
  validateConfig,
  validateSecrets,
} from '@patchbay/kit';
import {
  hostileText,
  operatorSettings,
  type StandInAnswer,
  standIn,
  testAction,
} from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOOK, SECRETS, type Story, type Tenant, tinesTenant, webhookAgent } from './testing/tines-tenant.ts';
import { tines } from './tines.ts';

const STORIES: Story[] = [
  { id: 1, name: 'story 1', published: true },
  { id: 2, name: 'story 2', published: false },
];
const WEBHOOK = { id: 1, name: 'webhook 1', storyId: 1 };
const BODY = '["test"]';

const run = (url: string, subAction: string, subActionParams?: unknown, secrets: unknown = SECRETS) =>
  testAction(tines, {
    config: { url },
    secrets,
    params: { subAction, ...(subActionParams !== undefined && { subActionParams }) },
  });

/** One run against a tenant, and what arrived there. */
async function ran(tenant: Tenant, subAction: string, subActionParams?: unknown) {
  await using vendor = await tinesTenant(tenant);
  const tested = await run(vendor.url, subAction, subActionParams);
  const logged = tested.logged.map(({ message }) => message.replaceAll(vendor.url, 'http://tines'));
  return { ...tested, logged, received: vendor.received };
}

/** One run against a vendor that always answers so. */
async function answered(answer: StandInAnswer, subAction = 'stories', subActionParams?: unknown) {
  await using vendor = await standIn(() => answer);
  return (await run(vendor.url, subAction, subActionParams)).result;
}

const failed = (serviceMessage: unknown, errorSource = 'framework') => ({
  actionId: 'test',
  status: 'error',
  message: 'an error occurred while running the action',
  serviceMessage,
  retry: true,
  errorSource,
});

const API_HEADERS = {
  'x-user-email': SECRETS.email,
  'x-user-token': SECRETS.token,
  'content-type': 'application/json',
};

describe('.tines lists', () => {
  it('the stories', async () => {
    const { result, received, requestBodyBytes, sensitiveHeaders } = await ran(
      { stories: STORIES },
      'stories',
    );
    expect(received).toMatchObject([
      { method: 'GET', url: '/api/v1/stories?per_page=500', headers: API_HEADERS, body: '{}' },
    ]);
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: { stories: STORIES, incompleteResponse: false },
    });
    expect(requestBodyBytes).toBe(2);
    expect(sensitiveHeaders).toEqual(['x-user-email', 'x-user-token']);
  });

  it('the stories whatever params are given, without what else Tines says of them', async () => {
    const stories = [{ ...(STORIES[0] as Story), team_id: 7, description: 'more' }];
    const { result } = await ran({ stories }, 'stories', { any: 'thing' });
    expect(result.data).toEqual({ stories: [STORIES[0]], incompleteResponse: false });
  });

  it.each([1, '1'])('the webhooks of the story %j', async (storyId) => {
    const agents = [
      webhookAgent(1),
      webhookAgent(2, 'of another story', 2),
      { ...webhookAgent(3), type: 'Agents::EmailAgent' },
      webhookAgent(4),
    ];
    const { result, received, requestBodyBytes } = await ran({ agents }, 'webhooks', { storyId });
    expect(received).toMatchObject([
      {
        method: 'GET',
        url: '/api/v1/agents?story_id=1&action_type=Agents::WebhookAgent&per_page=500',
        headers: API_HEADERS,
        body: '{}',
      },
    ]);
    expect(result.data).toEqual({
      webhooks: [
        { id: 1, name: 'webhook 1', storyId: 1 },
        { id: 4, name: 'webhook 4', storyId: 1 },
      ],
      incompleteResponse: false,
    });
    expect(requestBodyBytes).toBe(2);
  });

  it('only webhooks, also where a tenant does not know the filter', async () => {
    const agents = [webhookAgent(1), { ...webhookAgent(2), type: 'Agents::EmailAgent' }];
    const data = { agents, meta: { pages: 1 } };
    expect(await answered({ body: JSON.stringify(data) }, 'webhooks', { storyId: 1 })).toMatchObject({
      data: { webhooks: [WEBHOOK], incompleteResponse: false },
    });
  });

  it('500 at most, and says that there are more', async () => {
    const stories = Array.from({ length: 501 }, (_, id) => ({ id, name: `story ${id}`, published: true }));
    const agents = Array.from({ length: 501 }, (_, id) => webhookAgent(id));
    const listed = await ran({ stories }, 'stories');
    expect(listed.result.data).toEqual({ stories: stories.slice(0, 500), incompleteResponse: true });
    const hooks = await ran({ agents }, 'webhooks', { storyId: 1 });
    expect(hooks.result.data).toMatchObject({ incompleteResponse: true });
    expect((hooks.result.data as { webhooks: unknown[] }).webhooks).toHaveLength(500);
  });

  it('from a URL with a slash at its end too', async () => {
    await using vendor = await tinesTenant({ stories: STORIES });
    expect((await run(`${vendor.url}/`, 'stories')).result.status).toBe('ok');
    expect(vendor.received[0]?.url).toBe('/api/v1/stories?per_page=500');
  });
});

describe.each(['run', 'test'])('.tines %s', (subAction) => {
  const agents = [webhookAgent(1)];

  it('looks the webhook up and sends it the body, without the credentials of the API', async () => {
    const { result, received, requestBodyBytes } = await ran({ agents }, subAction, {
      webhook: WEBHOOK,
      body: BODY,
    });
    expect(received).toMatchObject([
      { method: 'GET', url: '/api/v1/actions/1', headers: API_HEADERS, body: '{}' },
      { method: 'POST', url: HOOK, headers: { 'content-type': 'application/json' }, body: BODY },
    ]);
    expect(received[1]?.headers).not.toHaveProperty('x-user-email');
    expect(received[1]?.headers).not.toHaveProperty('x-user-token');
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { status: 'ok' } });
    expect(requestBodyBytes).toBe(10);
  });

  it.each([
    ['alone', {}],
    ['rather than to the webhook', { webhook: WEBHOOK }],
  ])('sends the body to a webhook URL, %s', async (_, more) => {
    await using vendor = await tinesTenant({ agents });
    const { result, requestBodyBytes } = await run(vendor.url, subAction, {
      webhookUrl: vendor.url + HOOK,
      body: BODY,
      ...more,
    });
    expect(vendor.received).toMatchObject([{ method: 'POST', url: HOOK, body: BODY }]);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { status: 'ok' } });
    expect(requestBodyBytes).toBe(8);
  });

  it('takes numbers as text, and passes over what older clients send', async () => {
    const webhook = { id: '1', name: 'webhook 1', storyId: '1', path: 'old', secret: 'old' };
    const { received } = await ran({ agents }, subAction, { webhook, body: BODY });
    expect(received.map(({ url }) => url)).toEqual(['/api/v1/actions/1', HOOK]);
  });

  it('names no address of a webhook in its log lines', async () => {
    const { logged } = await ran({ agents }, subAction, { webhook: WEBHOOK, body: BODY });
    expect(logged).toEqual([
      'Request to external service. Connector Id: test. Connector type: .tines Method: get. URL: http://tines/api/v1/actions/1',
      'Request to external service. Connector Id: test. Connector type: .tines Method: post. URL: http://tines/[redacted]',
    ]);
  });

  it.each([
    ['is no webhook', { ...webhookAgent(1), type: 'Agents::EmailAgent' }],
    ['is of another story', webhookAgent(1, 'webhook 1', 2)],
    ['has no path', { ...webhookAgent(1), options: { secret: '53cr37' } }],
    ['has no secret', { ...webhookAgent(1), options: { path: 'new-alert', secret: '' } }],
  ])('sends nothing where the action %s', async (_, agent) => {
    const { result, received } = await ran({ agents: [agent] }, subAction, { webhook: WEBHOOK, body: BODY });
    expect(result).toEqual(
      failed('Invalid configuration for webhook id: 1. Verify webhook exists in Tines.'),
    );
    expect(received.map(({ method }) => method)).toEqual(['GET']);
  });

  it('sends nothing where Tines answers with another action', async () => {
    const result = await answered({ body: JSON.stringify(webhookAgent(2)) }, subAction, {
      webhook: WEBHOOK,
      body: BODY,
    });
    expect(result.serviceMessage).toBe(
      'Invalid configuration for webhook id: 1. Verify webhook exists in Tines.',
    );
  });

  it.each([{}, { webhookUrl: '' }])('wants a webhook or its URL: %j', async (given) => {
    const { result, received } = await ran({ agents }, subAction, { body: BODY, ...given });
    expect(result).toEqual(
      failed('Invalid subActionsParams: [webhook] or [webhookUrl] expected but got none'),
    );
    expect(received).toEqual([]);
  });

  it.each<[string, unknown, unknown]>([
    ['webhook.storyId', { webhook: { id: 1, name: 'a' }, body: BODY }, 'received NaN'],
    ['webhook.id', { webhook: { id: 'one', name: 'a', storyId: 1 }, body: BODY }, 'received NaN'],
    ['webhook.name', { webhook: { id: 1, storyId: 1 }, body: BODY }, 'received undefined'],
    ['body', { webhook: WEBHOOK }, 'received undefined'],
    ['', { webhook: WEBHOOK, body: BODY, other: 1 }, 'Unrecognized key: "other"'],
    ['', undefined, 'received undefined'],
  ])('refuses a wrong %s when it runs, sending nothing', async (path, given, reason) => {
    const { result, received } = await ran({ agents }, subAction, given);
    expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(.*\)$/s), 'user'));
    const issues = JSON.parse(result.serviceMessage?.slice('Request validation failed ('.length, -1) ?? '');
    expect(issues).toEqual([
      expect.objectContaining({
        path: path === '' ? [] : path.split('.'),
        message: expect.stringContaining(String(reason)),
      }),
    ]);
    expect(received).toEqual([]);
  });

  it('sends nothing to a host that is not allowed', async () => {
    await using vendor = await tinesTenant({ agents });
    const webhookUrl = 'https://elsewhere.example/webhook/a/b';
    const { result } = await testAction(tines, {
      config: { url: vendor.url },
      secrets: SECRETS,
      params: { subAction, subActionParams: { webhookUrl, body: BODY } },
      allowedHosts: ['127.0.0.1'],
    });
    expect(result).toEqual(
      failed(
        `error configuring connector action: target url "${webhookUrl}" is not added to the Kibana config xpack.actions.allowedHosts`,
      ),
    );
    expect(vendor.received).toEqual([]);
  });

  it.each([
    ['not a URL', 'URL Error: Invalid URL'],
    ['ftp://tines.example/x', 'URL Error: Invalid protocol'],
  ])('refuses the webhook URL %s', async (webhookUrl, serviceMessage) => {
    expect((await ran({}, subAction, { webhookUrl, body: BODY })).result).toEqual(failed(serviceMessage));
  });

  it.each<[StandInAnswer, unknown]>([
    [{ body: '{"any":["thing"]}' }, { any: ['thing'] }],
    [{ status: 201, body: '{}' }, {}],
  ])('is answered with what the story says: %j', async (answer, data) => {
    await using vendor = await standIn(() => answer);
    const { result } = await run(vendor.url, subAction, { webhookUrl: vendor.url, body: BODY });
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
  });
});

describe('.tines result', () => {
  const MESSAGE = (status: number, text: string) => `Status code: ${status}. Message: API Error: ${text}`;

  it.each([
    [302, 'Found', 'framework'],
    [400, 'Bad Request', 'framework'],
    [401, 'Unauthorized', 'framework'],
    [403, 'Forbidden', 'framework'],
    [404, 'Not Found', 'framework'],
    [422, 'Unprocessable Entity', 'framework'],
    [429, 'Too Many Requests', 'user'],
    [500, 'Internal Server Error', 'framework'],
    [503, 'Service Unavailable', 'framework'],
  ])('of a %i is: API Error: %s, the error of the %s', async (status, text, source) => {
    expect(await answered({ status, body: '{"message":"never shown"}' })).toEqual(
      failed(MESSAGE(status, text), source),
    );
  });

  it('of an answer without a status text is the text of the failure', async () => {
    expect(await answered({ status: 500, statusText: '' })).toEqual(
      failed('Status code: 500. Message: Error: Request failed with status code 500'),
    );
  });

  it('of what Tines refuses is its status', async () => {
    await using vendor = await tinesTenant({ agents: [webhookAgent(1)], limit: 1 });
    const params = { webhook: WEBHOOK, body: BODY };
    const outcomes = [
      await run(vendor.url, 'run', params, { ...SECRETS, token: 'wrong' }),
      await run(vendor.url, 'run', { webhook: { ...WEBHOOK, id: 9 }, body: BODY }),
      await run(vendor.url, 'run', params),
      await run(vendor.url, 'run', params),
    ];
    expect(outcomes.map(({ result }) => [result.serviceMessage, result.errorSource])).toEqual([
      [MESSAGE(401, 'Unauthorized'), 'framework'],
      [MESSAGE(404, 'Not Found'), 'framework'],
      [undefined, undefined],
      [MESSAGE(429, 'Too Many Requests'), 'user'],
    ]);
  });

  it('without an answer, or of one that breaks off, is the reason', async () => {
    const vendor = await standIn(() => Promise.reject(new Error('breaks off')));
    expect((await run(vendor.url, 'stories')).result).toEqual(
      failed('Status code: undefined. Message: Error: socket hang up'),
    );
    await vendor.close();
    expect((await run(vendor.url, 'stories')).result).toEqual(
      failed(expect.stringMatching(/^Status code: undefined\. Message: Error: connect ECONNREFUSED /)),
    );
  });

  it.each<[StandInAnswer, string, unknown]>([
    [{ body: '' }, 'stories', undefined],
    [{ body: '<html>' }, 'stories', undefined],
    [{ body: 'null' }, 'stories', undefined],
    [{ body: '{"stories":[{"id":"1"}],"meta":{"pages":1}}' }, 'stories', undefined],
    [{ body: '{"stories":[]}' }, 'stories', undefined],
    [{ body: '{"agents":{}}' }, 'webhooks', { storyId: 1 }],
    [{ body: '{"id":1}' }, 'run', { webhook: WEBHOOK, body: BODY }],
  ])('of the answer %j to %s is that it is not what was asked for', async (answer, subAction, params) => {
    expect(await answered(answer, subAction, params)).toEqual(
      failed(expect.stringMatching(/^Response validation failed \(.*\)$/s)),
    );
  });

  it.each(['Ok', '', '[]'])('of a story that answers %j is that it is no object', async (body) => {
    await using vendor = await standIn(() => ({ body }));
    const { result } = await run(vendor.url, 'run', { webhookUrl: vendor.url, body: BODY });
    expect(result).toEqual(failed(expect.stringMatching(/^Response validation failed \(.*\)$/s)));
  });

  it('of an unknown sub-action is its name', async () => {
    expect((await ran({}, 'invalidAction', {})).result).toEqual(
      failed(
        'Sub action "invalidAction" is not registered. Connector id: test. Connector name: Tines. Connector type: .tines',
      ),
    );
  });

  it.each([undefined, {}, { storyId: 'one' }])(
    'of webhooks of %j is that they have no story',
    async (given) => {
      const { result, received } = await ran({}, 'webhooks', given);
      expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(/), 'user'));
      expect(received).toEqual([]);
    },
  );
});

describe('.tines input', () => {
  const context = { allowedHosts: createAllowedHosts(['acme.tines.com']), settings: operatorSettings() };

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at url'],
    [{ url: 'https://acme.tines.com', other: 1 }, '✖ Unrecognized key: "other"'],
    [
      { url: 'https://elsewhere.example' },
      'error validating url: target url "https://elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
  ])('refuses the config %j', (config, reason) => {
    expect(() => validateConfig(tines, config, context)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each([
    [
      {},
      '✖ Invalid input: expected string, received undefined\n  → at email\n✖ Invalid input: expected string, received undefined\n  → at token',
    ],
    [{ ...SECRETS, other: 1 }, '✖ Unrecognized key: "other"'],
  ])('refuses the secrets %j', (secrets, reason) => {
    expect(() => validateSecrets(tines, secrets, context)).toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });

  it('refuses params without a sub-action', async () => {
    await expect(
      testAction(tines, { config: { url: 'http://tines.example' }, secrets: SECRETS, params: {} }),
    ).rejects.toThrow(
      new ValidationError(
        'error validating action params: ✖ Invalid input: expected string, received undefined\n  → at subAction',
      ),
    );
  });
});

describe('.tines templates', () => {
  const render = (params: Record<string, unknown>, variables: Record<string, unknown>) =>
    tines.renderParams(params, createRenderer(prepareVariables({})), {
      connectorId: 'test',
      variables,
      now: () => new Date(),
    });
  const bodyOf = (params: Record<string, unknown>) => (params.subActionParams as { body: string }).body;

  it('of run are the whole context, whatever was written', () => {
    const variables = { rule: { id: 'r1' }, context: { reason: 'full' }, 'dotted.key': 1 };
    const webhook = { id: 1, name: '{{rule.id}}', storyId: 1 };
    expect(
      render({ subAction: 'run', subActionParams: { webhook, body: '{{rule.id}}' } }, variables),
    ).toEqual({ subAction: 'run', subActionParams: { webhook, body: JSON.stringify(variables) } });
  });

  it('of run have no fields of alerts below kibana', () => {
    const alerts = [{ _id: 'a1', kibana: { alert: {} }, host: 'h' }, 'no object', null, { _id: 'a2' }];
    const variables = { context: { alerts, rule: { id: 'r1' } }, kibana: 'kept' };
    const rendered = render({ subAction: 'run', subActionParams: { webhookUrl: 'u' } }, variables);
    expect(bodyOf(rendered)).toBe(
      '{"context":{"alerts":[{"_id":"a1","host":"h"},"no object",null,{"_id":"a2"}],"rule":{"id":"r1"}},"kibana":"kept"}',
    );
    expect(alerts[0]).toHaveProperty('kibana');
  });

  it('of run say what kept the context from being JSON', () => {
    const rendered = render({ subAction: 'run', subActionParams: {} }, { big: 1n });
    expect(JSON.parse(bodyOf(rendered))).toEqual({
      error: { message: 'Do not know how to serialize a BigInt' },
    });
  });

  it.each(['test', 'stories', 'webhooks'])('of %s are left as they are', (subAction) => {
    const params = { subAction, subActionParams: { body: '{{rule.id}}', webhookUrl: '{{rule.id}}' } };
    expect(render(params, { rule: { id: 'r1' } })).toBe(params);
  });

  it('give a context that arrives as it is, whatever is in it', async () => {
    await using vendor = await standIn(() => ({ body: '{}' }));
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        const params = render(
          { subAction: 'run', subActionParams: { webhookUrl: vendor.url } },
          { context: { alerts: [{ rogue }] } },
        );
        await testAction(tines, { config: { url: vendor.url }, secrets: SECRETS, params });
        await run(vendor.url, 'test', { webhookUrl: vendor.url, body: JSON.stringify({ rogue }) });
        await run(vendor.url, 'test', { webhookUrl: vendor.url, body: rogue });
        const arrived = vendor.received.splice(0).map(({ body }) => JSON.parse(body));
        expect(arrived).toEqual([{ context: { alerts: [{ rogue }] } }, { rogue }, jsonOr(rogue)]);
      }),
      { numRuns: 20 },
    );
  });
});

/** Text that happens to be JSON is sent as that. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
