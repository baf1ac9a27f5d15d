import { type StandIn, type StandInAnswer, standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';

interface Case {
  config: Record<string, unknown>;
  secrets: Record<string, unknown>;
  params: Record<string, unknown>;
  /** An answer that the type takes. */
  accepted: StandInAnswer;
  /** Headers that hold secrets. */
  secretHeaders: string[];
  /** What a run says of an answer that is too large. */
  tooLarge: { message: string; service_message: string; retry?: boolean };
}

const TOO_LARGE = 'maxContentLength size of 10000 exceeded';
const UNFORESEEN = 'an error occurred while running the action';
const BODY = '{"a":1}';

/** The connector of each type whose service is at that URL. */
const cases: Record<string, (url: string) => Case> = {
  '.pagerduty': (url) => ({
    config: { apiUrl: `${url}/hook` },
    secrets: { routingKey: 's3cr3t-routing-key' },
    params: {},
    accepted: { status: 202, body: '{}' },
    secretHeaders: ['x-routing-key'],
    tooLarge: { message: 'error posting pagerduty event', service_message: TOO_LARGE },
  }),
  '.xmatters': (url) => ({
    config: { configUrl: `${url}/hook`, usesBasic: true },
    secrets: { user: 's3cr3t-user', password: 's3cr3t-password' },
    params: { severity: 'High' },
    accepted: { status: 202 },
    secretHeaders: ['authorization'],
    tooLarge: { message: 'Error triggering xMatters workflow', service_message: TOO_LARGE },
  }),
  '.torq': (url) => ({
    config: { webhookIntegrationUrl: `${url}/hook` },
    secrets: { token: 's3cr3t-token' },
    params: { body: BODY },
    accepted: {},
    secretHeaders: ['x-torq-token'],
    tooLarge: { message: 'error triggering Torq workflow, request failed', service_message: TOO_LARGE },
  }),
  '.tines': (url) => ({
    config: { url },
    secrets: { email: 's3cr3t@example.com', token: 's3cr3t-token' },
    params: { subAction: 'stories' },
    accepted: { body: '{"stories":[],"meta":{"pages":1}}' },
    secretHeaders: ['x-user-email', 'x-user-token'],
    tooLarge: {
      message: UNFORESEEN,
      service_message: `Status code: undefined. Message: Error: ${TOO_LARGE}`,
      retry: true,
    },
  }),
  '.d3security': (url) => ({
    config: { url: `${url}/hook` },
    secrets: { token: 's3cr3t-token' },
    params: { subAction: 'run', subActionParams: { body: BODY } },
    accepted: { body: '{"refid":"1"}' },
    secretHeaders: ['d3key'],
    tooLarge: {
      message: UNFORESEEN,
      service_message: 'Status code: undefined. Message: Unknown API Error',
      retry: true,
    },
  }),
};

const server = await testServer({
  settings: { 'xpack.actions.maxResponseContentLength': 10_000, 'logging.root.level': 'all' },
});
const restricted = await testServer({ settings: { 'xpack.actions.allowedHosts': ['hooks.torq.io'] } });
afterAll(() => Promise.all([server, restricted].map((each) => each[Symbol.asyncDispose]())));

describe.each(Object.entries(cases))('%s over the API', (connector_type_id, caseFor) => {
  let vendor: StandIn;
  let elsewhere: StandIn;
  let answer: StandInAnswer;

  beforeAll(async () => {
    vendor = await standIn(() => answer);
    elsewhere = await standIn();
  });
  afterAll(() => Promise.all([vendor.close(), elsewhere.close()]));

  const url = () => vendor.url.replace('127.0.0.1', 'localhost');

  async function run(given: StandInAnswer) {
    answer = given;
    vendor.received.length = 0;
    const { config, secrets, params } = caseFor(url());
    const created = await server.call('POST', '/api/actions/connector', {
      body: { name: 'A connector', connector_type_id, config, secrets },
    });
    expect(created.status).toBe(200);
    expect(created.body).toMatchObject({ config, is_missing_secrets: false });
    expect(JSON.stringify(created.body)).not.toContain('s3cr3t');
    const { id } = created.body as { id: string };
    const executed = await server.call('POST', `/api/actions/connector/${id}/_execute`, {
      body: { params },
    });
    expect(executed.status).toBe(200);
    return executed.body;
  }

  it('is created, and runs', async () => {
    const { accepted, secretHeaders } = caseFor(url());
    expect(await run(accepted)).toMatchObject({ status: 'ok' });
    expect(vendor.received).toHaveLength(1);
    for (const name of secretHeaders) expect(vendor.received[0]?.headers).toHaveProperty(name);
  });

  it('takes no secret along to another origin that it is redirected to', async () => {
    await run({ status: 307, headers: { location: `${elsewhere.url}/there` } });
    expect(elsewhere.received.map((request) => request.url)).toEqual(['/there']);
    const [arrived] = elsewhere.received;
    for (const name of caseFor('').secretHeaders) expect(arrived?.headers).not.toHaveProperty(name);
    expect(JSON.stringify(arrived)).not.toContain('s3cr3t');
  });

  it('says so of an answer that is too large', async () => {
    const { tooLarge } = caseFor(url());
    const result = await run({ ...caseFor(url()).accepted, body: 'x'.repeat(20_000) });
    expect(result).toMatchObject({ status: 'error', ...tooLarge });
    expect('retry' in (result as object)).toBe('retry' in tooLarge);
  });

  it('says at no level of the log what is secret', () => {
    expect(server.logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(server.logged)).not.toContain('s3cr3t');
  });
});

describe('a connector that is refused', () => {
  it.each([
    [
      '.pagerduty',
      {},
      'error configuring pagerduty action: target url "https://events.pagerduty.com/v2/enqueue"',
    ],
    [
      '.xmatters',
      { configUrl: 'https://xm.example/x' },
      'Error configuring xMatters action: target url "https://xm.example/x"',
    ],
    [
      '.torq',
      { webhookIntegrationUrl: 'https://test.torq.io/v1/something' },
      'error configuring send to Torq action: target url "https://test.torq.io/v1/something"',
    ],
    ['.tines', { url: 'https://x.example' }, 'error validating url: target url "https://x.example"'],
    ['.d3security', { url: 'https://x.example' }, 'error validating url: target url "https://x.example"'],
  ])('for its host, %s, is told so before its secrets are missed', async (type, config, reason) => {
    const { status, body } = await restricted.call('POST', '/api/actions/connector', {
      body: { name: 'A connector', connector_type_id: type, config, secrets: {} },
    });
    expect([status, body]).toEqual([
      400,
      {
        statusCode: 400,
        error: 'Bad Request',
        message: `error validating connector type config: ${reason} is not added to the Kibana config xpack.actions.allowedHosts`,
      },
    ]);
  });
});
