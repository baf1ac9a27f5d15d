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
import { API_KEY, API_KEY_ID, PLAYBOOKS, type XsoarEdition, xsoarServer } from './testing/xsoar-server.ts';
import { xsoar } from './xsoar.ts';

const INCIDENT = {
  name: 'My test incident',
  playbookId: 'playbook0',
  createInvestigation: false,
  severity: 2,
};

const run = (
  url: string,
  subAction: string,
  subActionParams?: unknown,
  secrets: Record<string, unknown> = { apiKey: API_KEY },
) =>
  testAction(xsoar, {
    config: { url },
    secrets,
    params: { subAction, ...(subActionParams !== undefined && { subActionParams }) },
  });

/** One run against XSOAR, and what arrived there. */
async function ran(
  subAction: string,
  subActionParams?: unknown,
  secrets?: Record<string, unknown>,
  edition?: XsoarEdition,
) {
  await using vendor = await xsoarServer(edition);
  const tested = await run(vendor.url, subAction, subActionParams, secrets);
  const logged = tested.logged.map(({ message }) => message.replaceAll(vendor.url, 'http://xsoar'));
  return { ...tested, logged, received: vendor.received };
}

async function answered(answer: StandInAnswer, subAction = 'run', subActionParams: unknown = INCIDENT) {
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

const CLOUD = { apiKey: API_KEY, apiKeyID: API_KEY_ID };
const RESPONSE_VALIDATION = expect.stringMatching(/^Response validation failed \(.*\)$/s);

describe('.xsoar run', () => {
  it('creates an incident, whose fields win over those of its body, and answers nothing', async () => {
    const { result, received, requestBodyBytes, logged } = await ran('run', {
      ...INCIDENT,
      body: '{"details":"x","name":"ignored"}',
    });
    const body =
      '{"details":"x","name":"My test incident","playbookId":"playbook0","createInvestigation":false,"severity":2}';
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/incident',
        headers: { authorization: 'test123', 'content-type': 'application/json' },
        body,
      },
    ]);
    expect(received[0]?.headers).not.toHaveProperty('x-xdr-auth-id');
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: {} });
    expect(requestBodyBytes).toBe(body.length);
    expect(logged).toEqual([
      'Request to external service. Connector Id: test. Connector type: .xsoar Method: post. URL: http://xsoar/incident',
    ]);
  });

  it('goes to the cloud with the key’s id, which follows no redirect to elsewhere', async () => {
    const { result, received, sensitiveHeaders } = await ran('run', INCIDENT, CLOUD, { isCloud: true });
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/xsoar/public/v1/incident',
        headers: { authorization: 'test123', 'x-xdr-auth-id': '7' },
      },
    ]);
    expect(result.status).toBe('ok');
    expect(sensitiveHeaders).toEqual(['Authorization', 'x-xdr-auth-id']);
  });

  it.each([undefined, null, '{}'])('with the body %j sends its own fields only', async (body) => {
    const { received } = await ran('run', { ...INCIDENT, ...(body !== undefined && { body }) });
    expect(received[0]?.body).toBe(
      '{"name":"My test incident","playbookId":"playbook0","createInvestigation":false,"severity":2}',
    );
  });

  it('sends null for no playbook, and takes a severity as text', async () => {
    const { received, result } = await ran('run', {
      name: 'a',
      createInvestigation: true,
      severity: '0.5',
      isRuleSeverity: null,
    });
    expect(received[0]?.body).toBe(
      '{"name":"a","playbookId":null,"createInvestigation":true,"severity":0.5}',
    );
    expect(result.status).toBe('ok');
  });

  it.each([
    ['not JSON', 'SyntaxError: Unexpected token'],
    ['', 'SyntaxError: Unexpected end of JSON input'],
    ['[{}]', 'TypeError: expected a JSON object'],
  ])('sends nothing where its body is %j', async (body, reason) => {
    const { result, received } = await ran('run', { ...INCIDENT, body });
    expect(result).toEqual(failed(expect.stringMatching(`^Error parsing alert body for xSOAR: ${reason}`)));
    expect(received).toEqual([]);
  });

  it.each<[unknown, string[]]>([
    [undefined, []],
    [null, []],
    [{ ...INCIDENT, name: undefined }, ['name']],
    [{ ...INCIDENT, createInvestigation: 'true' }, ['createInvestigation']],
    [{ ...INCIDENT, severity: undefined }, ['severity']],
    [{ ...INCIDENT, severity: 'high' }, ['severity']],
    [{ ...INCIDENT, playbookId: 1 }, ['playbookId']],
    [{ ...INCIDENT, body: {} }, ['body']],
    [{ ...INCIDENT, other: 1 }, []],
  ])('refuses %j when it runs, sending nothing', async (params, path) => {
    const { result, received } = await ran('run', params);
    expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(.*\)$/s), 'user'));
    const issues = JSON.parse(result.serviceMessage?.slice('Request validation failed ('.length, -1) ?? '');
    expect(issues.map((issue: { path: unknown }) => issue.path)).toEqual([path]);
    expect(received).toEqual([]);
  });

  it('sends whatever a value is as data', async () => {
    await using vendor = await xsoarServer();
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (text) => {
        const body = JSON.stringify({ details: text, [text]: 1 });
        const { result } = await run(vendor.url, 'run', { ...INCIDENT, name: text, body });
        expect(result.status).toBe('ok');
        expect(JSON.parse(vendor.received.at(-1)?.body ?? '')).toEqual({
          ...JSON.parse(body),
          ...INCIDENT,
          name: text,
        });
      }),
      { numRuns: 20 },
    );
  });
});

describe('.xsoar getPlaybooks', () => {
  const data = { playbooks: PLAYBOOKS, tags: ['disk'], total: 2 };

  it.each([undefined, null, {}, { any: 'thing' }])('with %j answers what XSOAR says', async (params) => {
    const { result, received, requestBodyBytes } = await ran('getPlaybooks', params);
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/playbook/search',
        headers: { authorization: 'test123', 'content-type': 'application/json' },
        body: '{}',
      },
    ]);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data });
    expect(requestBodyBytes).toBe(2);
  });

  it('goes to the cloud with the key’s id', async () => {
    const { result, received } = await ran('getPlaybooks', {}, CLOUD, { isCloud: true });
    expect(received).toMatchObject([
      { url: '/xsoar/public/v1/playbook/search', headers: { 'x-xdr-auth-id': '7' }, body: '{}' },
    ]);
    expect(result.data).toEqual(data);
  });

  it.each([null, ''])('stays with one’s own server where the key’s id is %j', async (apiKeyID) => {
    const { result, received } = await ran('getPlaybooks', {}, { apiKey: API_KEY, apiKeyID });
    expect(received[0]?.url).toBe('/playbook/search');
    expect(received[0]?.headers).not.toHaveProperty('x-xdr-auth-id');
    expect(result.data).toEqual(data);
  });

  it('works from a URL with a slash at its end', async () => {
    await using vendor = await xsoarServer();
    await run(`${vendor.url}/`, 'getPlaybooks');
    expect(vendor.received[0]?.url).toBe('/playbook/search');
  });

  it.each(['', '<html>', 'null', '{}', '{"playbooks":[{"id":"a"}]}', '{"playbooks":[{"id":1,"name":"a"}]}'])(
    'does not take %j for a list of playbooks',
    async (body) => {
      expect(await answered({ body }, 'getPlaybooks', {})).toEqual(failed(RESPONSE_VALIDATION));
    },
  );
});

describe('.xsoar result', () => {
  it('of a whole incident is still empty', async () => {
    expect(await answered({ status: 201, body: '{"id":"28","name":"a"}' })).toMatchObject({ data: {} });
  });

  it.each(['', 'ok', '[]'])('of the answer %j is that it is no object', async (body) => {
    expect(await answered({ body })).toEqual(failed(RESPONSE_VALIDATION));
  });

  it.each([
    [302, 'Found', 'framework'],
    [400, 'Bad Request', 'framework'],
    [401, 'Unauthorized', 'user'],
    [403, 'Forbidden', 'user'],
    [404, 'Not Found', 'framework'],
    [429, 'Too Many Requests', 'user'],
    [500, 'Internal Server Error', 'framework'],
  ])('of a %i is: %s, the error of the %s', async (status, text, source) => {
    const error = failed(`Status code: ${status}. Message: API Error: ${text}`, source);
    expect(await answered({ status, body: '{"detail":"never shown"}' })).toEqual(error);
    expect(await answered({ status, body: '' }, 'getPlaybooks', {})).toEqual(error);
  });

  it('of an answer without a status text is the text of the failure', async () => {
    expect(await answered({ status: 500, statusText: '' })).toEqual(
      failed('Status code: 500. Message: Error: Request failed with status code 500'),
    );
  });

  it('without an answer is the reason', async () => {
    const vendor = await standIn();
    await vendor.close();
    expect((await run(vendor.url, 'run', INCIDENT)).result).toEqual(
      failed(expect.stringMatching(/^Status code: undefined\. Message: Error: connect ECONNREFUSED /)),
    );
  });

  it('of what XSOAR refuses is its status', async () => {
    await using vendor = await xsoarServer({ limit: 2 });
    const outcomes = [
      await run(vendor.url, 'run', INCIDENT, { apiKey: 'wrong' }),
      await run(vendor.url, 'run', INCIDENT, CLOUD),
      await run(vendor.url, 'run', { ...INCIDENT, severity: 9 }),
      await run(vendor.url, 'run', INCIDENT),
      await run(vendor.url, 'run', INCIDENT),
    ];
    expect(outcomes.map(({ result }) => result.serviceMessage)).toEqual([
      'Status code: 401. Message: API Error: Unauthorized',
      'Status code: 401. Message: API Error: Unauthorized',
      'Status code: 400. Message: API Error: Bad Request',
      undefined,
      'Status code: 429. Message: API Error: Too Many Requests',
    ]);
  });

  it('of an unknown sub-action is its name', async () => {
    expect((await ran('test', {})).result).toEqual(
      failed(
        'Sub action "test" is not registered. Connector id: test. Connector name: XSOAR. Connector type: .xsoar',
      ),
    );
  });

  it('of a URL that is none is why', async () => {
    expect((await run('no URL', 'getPlaybooks')).result).toEqual(failed('URL Error: Invalid URL'));
  });
});

describe('.xsoar in a rule', () => {
  const rendered = (subActionParams: unknown, variables: Record<string, unknown>) =>
    xsoar.renderParams({ subAction: 'run', subActionParams }, createRenderer(prepareVariables(variables)))
      .subActionParams;
  const high = { url: 'https://a.example/"b"', context: { rule: { severity: 'high' } } };

  it('renders its strings, the body too, without escaping', () => {
    expect(rendered({ name: '{{url}}', body: '{"x":"{{url}}"}', severity: '{{severity}}' }, high)).toEqual({
      name: 'https://a.example/"b"',
      body: '{"x":"https://a.example/"b""}',
      severity: '{{severity}}',
    });
  });

  it.each([
    [true, high, 3],
    [true, { context: { rule: { severity: 'unheard of' } } }, 0],
    [true, {}, 0],
    [false, high, 1],
    [null, high, 1],
  ])(
    'where isRuleSeverity is %j and the variables are %j has the severity %j',
    (isRuleSeverity, variables, severity) => {
      expect(rendered({ severity: 1, isRuleSeverity }, variables)).toEqual({ severity, isRuleSeverity });
    },
  );

  it('stands params that are not there', () => {
    expect(rendered(null, high)).toEqual({});
    expect(rendered(undefined, high)).toEqual({});
  });

  it('carries whatever a variable is to XSOAR as data', async () => {
    await using vendor = await xsoarServer();
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 5_000 }), async (text) => {
        await run(vendor.url, 'run', rendered({ ...INCIDENT, name: '{{text}}' }, { text }));
        expect(JSON.parse(vendor.received.at(-1)?.body ?? '')).toEqual({ ...INCIDENT, name: text });
      }),
      { numRuns: 20 },
    );
  });
});

describe('.xsoar input', () => {
  const context = { allowedHosts: createAllowedHosts(['xsoar.example.com']), settings: operatorSettings() };

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at url'],
    [{ url: 'https://xsoar.example.com', other: 1 }, '✖ Unrecognized key: "other"'],
    [
      { url: 'https://elsewhere.example' },
      'error validating url: target url "https://elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
  ])('refuses the config %j', (config, reason) => {
    expect(() => validateConfig(xsoar, config, context)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at apiKey'],
    [{ apiKey: 'a', apiKeyID: 7 }, '✖ Invalid input: expected string, received number\n  → at apiKeyID'],
    [{ apiKey: 'a', other: 1 }, '✖ Unrecognized key: "other"'],
  ])('refuses the secrets %j', (secrets, reason) => {
    expect(() => validateSecrets(xsoar, secrets, context)).toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });
});
