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
import { API_KEY, CASE_ID, newCase, theHive } from './testing/thehive.ts';
import { thehive } from './thehive.ts';

const INCIDENT = { title: 'title', description: 'description', severity: 1, tlp: 2, tags: ['tag1', 'tag2'] };
const ALERT = { title: 't', description: 'd', type: 'external', source: 'Elastic', sourceRef: 'ref-1' };
const now = new Date('2026-01-01T00:00:00Z');

const run = (
  url: string,
  subAction: string,
  subActionParams: unknown,
  {
    organisation,
    apiKey = API_KEY,
    ...more
  }: { organisation?: string; apiKey?: string; allowedHosts?: string[] } = {},
) =>
  testAction(thehive, {
    config: { url, ...(organisation !== undefined && { organisation }) },
    secrets: { apiKey },
    params: { subAction, subActionParams },
    now,
    ...more,
  });

const push = (url: string, incident: object, comments?: unknown) =>
  run(url, 'pushToService', { incident, ...(comments !== undefined && { comments }) });

const failed = (serviceMessage: unknown, errorSource = 'framework') => ({
  actionId: 'test',
  status: 'error',
  message: 'an error occurred while running the action',
  serviceMessage,
  retry: true,
  errorSource,
});

const REQUEST_VALIDATION = expect.stringMatching(/^Request validation failed \(.*\)$/s);
const RESPONSE_VALIDATION = expect.stringMatching(/^Response validation failed \(.*\)$/s);

describe('.thehive pushToService', () => {
  it('creates a case and comments it', async () => {
    await using vendor = await theHive();
    const { result, requestBodyBytes } = await push(vendor.url, { ...INCIDENT, externalId: null }, [
      { commentId: 'c1', comment: 'hello' },
    ]);
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: '/api/v1/case',
        headers: { authorization: 'Bearer test123', 'content-type': 'application/json' },
        body: '{"title":"title","description":"description","severity":1,"tlp":2,"tags":["tag1","tag2"]}',
      },
      {
        method: 'POST',
        url: `/api/v1/case/${CASE_ID}/comment`,
        headers: { authorization: 'Bearer test123', 'content-type': 'application/json' },
        body: '{"message":"hello"}',
      },
    ]);
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        id: '~172064',
        title: 'title',
        url: `${vendor.url}/cases/~172064/details`,
        pushedDate: '2024-04-03T07:09:13.041Z',
        comments: [{ commentId: 'c1', pushedDate: '2024-04-03T07:09:13.041Z' }],
      },
    });
    expect(requestBodyBytes).toBe(108);
  });

  it('keeps what is left out as null, and takes numbers as text', async () => {
    await using vendor = await theHive();
    await push(vendor.url, { title: 'a', description: 'b', severity: '3' });
    expect(vendor.received[0]?.body).toBe(
      '{"title":"a","description":"b","severity":3,"tlp":null,"tags":null}',
    );
  });

  it.each([undefined, null, []])('has no comments in its answer where %j are given', async (comments) => {
    await using vendor = await theHive();
    const { result } = await push(vendor.url, INCIDENT, comments);
    expect(result.data).not.toHaveProperty('comments');
    expect(vendor.received).toHaveLength(1);
  });

  it.each<StandInAnswer>([{ status: 204 }, { body: 'null' }, { body: '{"_id":1}' }, { body: '<html>' }])(
    'updates the case that the external id names, whatever the answer: %j',
    async (answer) => {
      await using vendor = await standIn(() => answer);
      const { result } = await push(vendor.url, { ...INCIDENT, title: 'sent', externalId: CASE_ID });
      expect(vendor.received).toMatchObject([
        {
          method: 'PATCH',
          url: '/api/v1/case/~172064',
          body: '{"title":"sent","description":"description","severity":1,"tlp":2,"tags":["tag1","tag2"]}',
        },
      ]);
      expect(result.data).toEqual({
        id: CASE_ID,
        title: 'sent',
        url: `${vendor.url}/cases/~172064/details`,
        pushedDate: '2026-01-01T00:00:00.000Z',
      });
    },
  );

  it('dates the comments of an update as the update', async () => {
    await using vendor = await theHive();
    const comments = ['a', 'b'].map((comment) => ({ comment, commentId: `id of ${comment}` }));
    const { result } = await push(vendor.url, { ...INCIDENT, externalId: CASE_ID }, comments);
    const pushedDate = now.toISOString();
    expect(result.data).toMatchObject({
      comments: [
        { commentId: 'id of a', pushedDate },
        { commentId: 'id of b', pushedDate },
      ],
    });
    expect(vendor.received.map(({ body }) => body).slice(1)).toEqual(['{"message":"a"}', '{"message":"b"}']);
  });

  it('takes an external id as data, not as a way to another path', async () => {
    await using vendor = await theHive();
    const { result } = await push(vendor.url, { ...INCIDENT, externalId: '../alert?a=b' });
    expect(vendor.received).toMatchObject([{ method: 'PATCH', url: '/api/v1/case/..%2Falert%3Fa%3Db' }]);
    expect(result).toEqual(failed('Status code: 404. Message: API Error: NotFoundError - Not found'));
  });

  it('fails at a comment that fails, the case being there', async () => {
    await using vendor = await theHive();
    const comments = ['a', '', 'c'].map((comment) => ({ comment, commentId: comment }));
    const { result } = await push(vendor.url, INCIDENT, comments);
    expect(result).toEqual(
      failed('Status code: 400. Message: API Error: BadRequest - Missing field message'),
    );
    expect(vendor.received.map(({ url }) => url)).toEqual([
      '/api/v1/case',
      '/api/v1/case/~172064/comment',
      '/api/v1/case/~172064/comment',
    ]);
  });

  it('works from a URL with a slash at its end, and its link has one slash there', async () => {
    await using vendor = await theHive();
    const { result } = await push(`${vendor.url}/`, INCIDENT);
    expect(vendor.received[0]?.url).toBe('/api/v1/case');
    expect(result.data).toMatchObject({ url: `${vendor.url}/cases/~172064/details` });
  });
});

describe('.thehive createAlert', () => {
  const observables = '{"observables":[{"dataType":"url","data":"http://example.com"}]}';

  it('creates an alert with the fields of its body, and answers nothing', async () => {
    await using vendor = await theHive();
    const { result, requestBodyBytes } = await run(vendor.url, 'createAlert', {
      ...ALERT,
      severity: 3,
      tlp: 2,
      tags: ['a'],
      body: observables,
    });
    const body =
      '{"title":"t","description":"d","type":"external","source":"Elastic","sourceRef":"ref-1","severity":3,"tlp":2,"tags":["a"],"observables":[{"dataType":"url","data":"http://example.com"}]}';
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: '/api/v1/alert',
        headers: { authorization: 'Bearer test123', 'content-type': 'application/json' },
        body,
      },
    ]);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: {} });
    expect(requestBodyBytes).toBe(body.length);
  });

  it('puts observables and procedures beside the other fields', async () => {
    await using vendor = await theHive();
    const more = {
      observables: [{ dataType: 'ip', data: '192.0.2.1' }],
      procedures: [{ patternId: 'T1132', occurDate: 1640000000000, tactic: 'command-and-control' }],
    };
    await run(vendor.url, 'createAlert', { ...ALERT, body: JSON.stringify(more) });
    expect(JSON.parse(vendor.received[0]?.body ?? '')).toEqual({
      ...ALERT,
      severity: null,
      tlp: null,
      tags: null,
      ...more,
    });
  });

  it.each([undefined, null, '{}'])('with the body %j sends its own fields only', async (body) => {
    await using vendor = await theHive();
    const severity = { severity: null, isRuleSeverity: null };
    await run(vendor.url, 'createAlert', { ...ALERT, ...severity, ...(body !== undefined && { body }) });
    expect(vendor.received[0]?.body).toBe(
      '{"title":"t","description":"d","type":"external","source":"Elastic","sourceRef":"ref-1","severity":null,"tlp":null,"tags":null}',
    );
  });

  it('lets the fields of its body win', async () => {
    await using vendor = await theHive();
    await run(vendor.url, 'createAlert', { ...ALERT, severity: 1, body: '{"severity":4,"title":"other"}' });
    expect(JSON.parse(vendor.received[0]?.body ?? '')).toMatchObject({ severity: 4, title: 'other' });
  });

  it.each([
    ['{"a": "b"c"}', 'SyntaxError: Expected'],
    ['[]', 'TypeError: expected a JSON object'],
  ])('sends nothing where its body is %j', async (body, reason) => {
    await using vendor = await theHive();
    const { result } = await run(vendor.url, 'createAlert', { ...ALERT, body });
    expect(result).toEqual(
      failed(expect.stringContaining(`Error parsing alert body for TheHive: ${reason}`)),
    );
    expect(vendor.received).toEqual([]);
  });

  it('is refused for an alert that is there', async () => {
    await using vendor = await theHive();
    expect((await run(vendor.url, 'createAlert', ALERT)).result.status).toBe('ok');
    expect((await run(vendor.url, 'createAlert', ALERT)).result).toEqual(
      failed('Status code: 400. Message: API Error: CreateError - Alert already exists'),
    );
  });
});

describe('.thehive', () => {
  it('names the organisation where there is one', async () => {
    await using vendor = await theHive();
    await run(vendor.url, 'createAlert', ALERT, { organisation: 'soc' });
    expect(vendor.received[0]?.headers['x-organisation']).toBe('soc');
    await run(vendor.url, 'createAlert', ALERT);
    expect(vendor.received[1]?.headers).not.toHaveProperty('x-organisation');
    const elsewhere = await run(vendor.url, 'createAlert', ALERT, { organisation: 'other' });
    expect(elsewhere.result).toEqual(
      failed(
        'Status code: 403. Message: API Error: AuthorizationError - Organisation other not found',
        'user',
      ),
    );
  });

  it.each(['getIncident', 'createIncident', 'toString'])('has no sub-action %s', async (subAction) => {
    await using vendor = await theHive();
    expect((await run(vendor.url, subAction, {})).result).toEqual(
      failed(
        `Sub action "${subAction}" is not registered. Connector id: test. Connector name: TheHive. Connector type: .thehive`,
      ),
    );
  });

  it('logs neither the key nor what it sends', async () => {
    await using vendor = await theHive();
    const { logged } = await run(vendor.url, 'createAlert', ALERT, { apiKey: 'wr0ng-key' });
    expect(logged.map(({ message }) => message.replaceAll(vendor.url, 'http://thehive'))).toEqual([
      'Request to external service. Connector Id: test. Connector type: .thehive Method: post. URL: http://thehive/api/v1/alert',
      'Request to external service failed. Connector Id: test. Connector type: .thehive. Method: post. URL: http://thehive/api/v1/alert',
    ]);
  });

  it.each<[StandInAnswer, string, string]>([
    [
      { status: 401, body: '{"type":"AuthenticationError","message":"Authentication failure"}' },
      'Status code: 401. Message: API Error: AuthenticationError - Authentication failure',
      'user',
    ],
    [
      { status: 500, body: '<html>' },
      'Status code: 500. Message: API Error: undefined - undefined',
      'framework',
    ],
    [
      { status: 404, body: 'null' },
      'Status code: 404. Message: API Error: undefined - undefined',
      'framework',
    ],
    [
      { status: 429, body: '', headers: { 'retry-after': '60' } },
      'Status code: 429. Message: API Error: undefined - undefined',
      'user',
    ],
    [
      { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
      'Status code: 302. Message: API Error: undefined - undefined',
      'framework',
    ],
  ])('answered with %j fails with %s', async (answer, message, source) => {
    await using vendor = await standIn(() => answer);
    expect((await push(vendor.url, INCIDENT)).result).toEqual(failed(message, source));
    expect((await run(vendor.url, 'createAlert', ALERT)).result).toEqual(failed(message, source));
  });

  it('without an answer fails with no words of its own', async () => {
    const vendor = await standIn();
    await vendor.close();
    expect((await push(vendor.url, INCIDENT)).result).toEqual(
      failed('Status code: undefined. Message: Unknown API Error'),
    );
  });

  it.each(['', '<html>', 'null', '{}', '[]'])('does not take %j for a case or an alert', async (body) => {
    await using vendor = await standIn(() => ({ body }));
    expect((await push(vendor.url, INCIDENT)).result).toEqual(failed(RESPONSE_VALIDATION));
    expect((await run(vendor.url, 'createAlert', ALERT)).result).toEqual(failed(RESPONSE_VALIDATION));
  });

  const WHOLE = newCase(INCIDENT);
  it.each(Object.keys(WHOLE).filter((key) => !['assignee', 'tags'].includes(key)))(
    'does not take a case without %s for one',
    async (key) => {
      const { [key as keyof typeof WHOLE]: _left, ...rest } = WHOLE;
      await using vendor = await standIn(() => ({ body: JSON.stringify(rest) }));
      const { result } = await push(vendor.url, INCIDENT);
      expect(result).toEqual(failed(RESPONSE_VALIDATION));
      expect(result.serviceMessage).toContain(`"${key}"`);
    },
  );

  it('sends whatever a value is as data', async () => {
    await using vendor = await standIn(({ url }) => ({
      body: JSON.stringify(url === '/api/v1/case' ? newCase({ title: '', description: '' }) : {}),
    }));
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (text) => {
        vendor.received.length = 0;
        await push(vendor.url, { title: text, description: text, tags: [text] }, [
          { comment: text, commentId: 'c' },
        ]);
        await run(vendor.url, 'createAlert', { ...ALERT, title: text, body: JSON.stringify({ x: text }) });
        const [created, comment, alert] = vendor.received.map(({ body }) => JSON.parse(body));
        expect(created).toMatchObject({ title: text, description: text, tags: [text] });
        expect(comment).toEqual({ message: text });
        expect(alert).toMatchObject({ title: text, x: text });
      }),
      { numRuns: 20 },
    );
  });
});

describe('.thehive in a rule', () => {
  const variables = {
    url: 'https://example.com/a/b?c=d&e="f"',
    alert: { uuid: '123/456', ids: ['a', 'b'] },
    context: { rule: { severity: 'high' } },
  };
  const rendered = (
    subAction: string,
    subActionParams: unknown,
    given: Record<string, unknown> = variables,
  ) =>
    thehive.renderParams({ subAction, subActionParams }, createRenderer(prepareVariables(given)))
      .subActionParams;

  it('renders every string of a push, without escaping', () => {
    const incident = { title: '{{url}}', description: '{{alert.uuid}}', severity: 2, tags: ['{{url}}'] };
    const comments = [{ commentId: '{{alert.uuid}}', comment: '{{url}}' }];
    expect(rendered('pushToService', { incident, comments })).toEqual({
      incident: { title: variables.url, description: '123/456', severity: 2, tags: [variables.url] },
      comments: [{ commentId: '123/456', comment: variables.url }],
    });
  });

  it.each([
    [true, 3],
    [false, 1],
    [null, 1],
    [undefined, 1],
  ])('takes the severity of the rule where isRuleSeverity is %j', (isRuleSeverity, severity) => {
    const alert = { title: '{{url}}', sourceRef: '{{alert.uuid}}', severity: 1, isRuleSeverity };
    expect(rendered('createAlert', alert)).toEqual({
      title: variables.url,
      sourceRef: '123/456',
      severity,
      isRuleSeverity,
    });
  });

  it.each([{}, { context: { rule: { severity: 'informational' } } }])(
    'takes 2 where the rule has none of the known severities: %j',
    (given) => {
      expect(rendered('createAlert', { isRuleSeverity: true, severity: 4 }, given)).toMatchObject({
        severity: 2,
      });
    },
  );

  it('renders the body without escaping', () => {
    const body = '{"observables":[{"dataType":"url","data":"https://example.com/{{alert.uuid}}"}]}';
    expect(rendered('createAlert', { body })).toEqual({ body: body.replace('{{alert.uuid}}', '123/456') });
  });

  it('puts into each field why it cannot be rendered', () => {
    const broken = '{{#open}}';
    expect(rendered('createAlert', { title: broken, tags: [broken], severity: broken })).toEqual({
      title: expect.stringMatching(/^error rendering mustache template "\{\{#open\}\}": /),
      tags: [expect.stringMatching(/^error rendering mustache template "\{\{#open\}\}": /)],
      severity: broken,
    });
  });

  it.each([null, undefined])('stands params that are %j', (given) => {
    expect(() => rendered('createAlert', given)).not.toThrow();
  });

  it('carries whatever a variable is to TheHive as data', async () => {
    await using vendor = await theHive();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 5_000 }), async (text) => {
        const subActionParams = rendered(
          'createAlert',
          { ...ALERT, title: '{{text}}', tags: ['{{text}}'], sourceRef: String(count++) },
          { text },
        );
        const { result } = await run(vendor.url, 'createAlert', subActionParams);
        expect(result.status).toBe('ok');
        expect(JSON.parse(vendor.received.at(-1)?.body ?? '')).toMatchObject({ title: text, tags: [text] });
      }),
      { numRuns: 20 },
    );
  });
});

describe('.thehive input', () => {
  const context = { allowedHosts: createAllowedHosts(['thehive.example.com']), settings: operatorSettings() };
  const missing = (path: string) => `✖ Invalid input: expected string, received undefined\n  → at ${path}`;

  it.each([
    [{}, missing('url')],
    [{ url: 'https://thehive.example.com', other: 1 }, '✖ Unrecognized key: "other"'],
    [
      { url: 'https://thehive.example.com', organisation: 7 },
      '✖ Invalid input: expected string, received number\n  → at organisation',
    ],
    [
      { url: 'https://elsewhere.example' },
      'error validating url: target url "https://elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
  ])('refuses the config %j', (config, reason) => {
    expect(() => validateConfig(thehive, config, context)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each([
    [{}, missing('apiKey')],
    [{ apiKey: 'a', other: 1 }, '✖ Unrecognized key: "other"'],
  ])('refuses the secrets %j', (secrets, reason) => {
    expect(() => validateSecrets(thehive, secrets, context)).toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });

  it.each<[string, unknown, string[]]>([
    ['pushToService', undefined, []],
    ['pushToService', {}, ['incident']],
    ['pushToService', { incident: { description: 'd' } }, ['incident', 'title']],
    ['pushToService', { incident: { title: 't' } }, ['incident', 'description']],
    ['pushToService', { incident: { ...INCIDENT, severity: 'high' } }, ['incident', 'severity']],
    ['pushToService', { incident: { ...INCIDENT, externalId: '..' } }, ['incident', 'externalId']],
    ['pushToService', { incident: { ...INCIDENT, tags: 'a' } }, ['incident', 'tags']],
    ['pushToService', { incident: { ...INCIDENT, other: 1 } }, ['incident']],
    ['pushToService', { incident: INCIDENT, comments: [{ comment: 'a' }] }, ['comments', '0', 'commentId']],
    ['createAlert', null, []],
    ['createAlert', { ...ALERT, sourceRef: undefined }, ['sourceRef']],
    ['createAlert', { ...ALERT, tlp: '{{tlp}}' }, ['tlp']],
    ['createAlert', { ...ALERT, isRuleSeverity: 'true' }, ['isRuleSeverity']],
    ['createAlert', { ...ALERT, body: {} }, ['body']],
    ['createAlert', { ...ALERT, template: 1 }, []],
  ])('refuses %s of %j when it runs, sending nothing', async (subAction, params, path) => {
    await using vendor = await theHive();
    const { result } = await run(vendor.url, subAction, params);
    expect(result).toEqual(failed(REQUEST_VALIDATION, 'user'));
    const issues = JSON.parse(result.serviceMessage?.slice('Request validation failed ('.length, -1) ?? '');
    expect(issues.map((issue: { path: unknown[] }) => issue.path.map(String))).toEqual([path]);
    expect(vendor.received).toEqual([]);
  });

  it('of a URL that is none is refused when it runs', async () => {
    expect((await push('no URL', INCIDENT)).result).toEqual(failed('URL Error: Invalid URL'));
    expect((await push('ftp://thehive.example.com', INCIDENT)).result).toEqual(
      failed('URL Error: Invalid protocol'),
    );
  });
});
