import type { ConnectorType } from '@patchbay/kit';
import { type ReceivedRequest, type StandIn, standIn, testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { testEgress } from '../../engine/src/testing/index.ts';
import { testMailServer } from '../../engine/src/testing/test-mail-server.ts';
import { caseSystem } from './cases-webhook/testing/case-system.ts';
import { connectorTypes } from './index.ts';
import { API_KEY, alertApi } from './opsgenie/testing/alert-api.ts';
import { eventsApi, ROUTING_KEY } from './pagerduty/testing/events-api.ts';
import { serviceNowLike } from './servicenow/testing/servicenow-like.ts';

const DELIVERY = '019b0000-0000-7000-8000-000000000001';
const SIGNING_KEY = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

interface Case {
  vendor(): Promise<StandIn>;
  config(url: string): object;
  secrets?: unknown;
  params: unknown;
  /** Where it stands in a request; undefined: not there. */
  place(request: ReceivedRequest): unknown;
  signingKeys?: string[];
}

const header = (name: string) => (request: ReceivedRequest) => request.headers[name];
const field = (name: string) => (request: ReceivedRequest) => JSON.parse(request.body || '{}')[name];
const IDEMPOTENCY_KEY = header('idempotency-key');
const JSON_TYPE = { 'Content-Type': 'application/json' };

const alert = (path: string, given: object): Case => ({
  vendor: () => alertApi(path),
  config: (apiUrl) => ({ apiUrl }),
  secrets: { apiKey: API_KEY },
  params: { subAction: 'createAlert', subActionParams: { message: 'disk full', ...given } },
  place: field('alias'),
});

const incident = (given: object, usesTableApi = false): Case => ({
  vendor: () => serviceNowLike(),
  config: (apiUrl) => ({ apiUrl, usesTableApi }),
  secrets: { username: 'bob', password: 'the password' },
  params: {
    subAction: 'pushToService',
    subActionParams: {
      incident: { short_description: 'disk full', correlation_id: null, ...given },
      comments: [{ commentId: '1', comment: 'seen' }],
    },
  },
  place: (request) =>
    request.method === 'POST' && !request.url.endsWith('/bulk')
      ? (field(usesTableApi ? 'correlation_id' : 'u_correlation_id')(request) ?? 'none')
      : undefined,
});

const webhook = (config: object = {}, signingKeys: string[] = []): Case => ({
  vendor: () => standIn(),
  config: (url) => ({ url, hasAuth: false, headers: JSON_TYPE, ...config }),
  params: { body: '{"text":"disk full"}' },
  place: signingKeys.length > 0 ? header('webhook-id') : IDEMPOTENCY_KEY,
  signingKeys,
});

const http = (params: object): Case => ({
  vendor: () => standIn(),
  config: (url) => ({ url, hasAuth: false }),
  params,
  place: IDEMPOTENCY_KEY,
});

const caseHook = (given: object = {}): Case => ({
  vendor: () => caseSystem(),
  config: (base) => ({
    createIncidentUrl: `${base}/rest/api/2/issue`,
    createIncidentJson:
      '{"fields":{"summary":{{{case.title}}},"description":{{{case.description}}},"labels":{{{case.tags}}},"project":{"key":"ROC"},"issuetype":{"id":"10024"}}}',
    createIncidentResponseKey: 'id',
    getIncidentUrl: `${base}/rest/api/2/issue/{{{external.system.id}}}`,
    getIncidentResponseExternalTitleKey: 'key',
    viewIncidentUrl: `${base}/browse/{{{external.system.title}}}`,
    updateIncidentUrl: `${base}/rest/api/2/issue/{{{external.system.id}}}`,
    updateIncidentJson: '{"fields":{"summary":{{{case.title}}}}}',
    hasAuth: true,
  }),
  secrets: { user: 'user', password: 'pass' },
  params: {
    subAction: 'pushToService',
    subActionParams: { incident: { title: 'disk full', description: 'd', externalId: null, ...given } },
  },
  place: (request) => (request.method === 'POST' ? IDEMPOTENCY_KEY(request) : undefined),
});

const event = (params: object): Case => ({
  vendor: () => eventsApi(),
  config: (url) => ({ apiUrl: `${url}/v2/enqueue` }),
  secrets: { routingKey: ROUTING_KEY },
  params: { summary: 'disk full', ...params },
  place: field('dedup_key'),
});

/** What a run under this delivery's id, or under none, puts in the place. */
async function sent(id: string, { vendor, config, secrets, params, place, signingKeys }: Case) {
  await using service = await vendor();
  const type = typeOf(id);
  const runs: unknown[][] = [];
  for (const deliveryId of [DELIVERY, DELIVERY, undefined]) {
    const { result } = await testAction(type, {
      config: config(service.url),
      secrets: secrets ?? {},
      params,
      ...(deliveryId !== undefined && { deliveryId }),
      ...(signingKeys !== undefined && { signingKeys }),
    });
    expect(result).toMatchObject({ status: 'ok' });
    runs.push(service.received.splice(0).flatMap((request) => place(request) ?? []));
  }
  const [first, second, direct] = runs;
  return { first, second, direct };
}

function typeOf(id: string): ConnectorType {
  const type = connectorTypes.find((one) => one.id === id);
  if (type === undefined) throw new Error(`there is no type "${id}"`);
  return type;
}

describe('the id of a delivery', () => {
  it.each<[string, string, Case]>([
    ['.pagerduty', 'the dedup key of a trigger', event({})],
    ['.opsgenie', 'the alias', alert('/v2/alerts', {})],
    ['.jira-service-management', 'the alias', alert('/jsm/ops/integration/v2/alerts', {})],
    ['.webhook', 'the idempotency key', webhook()],
    ['.webhook', 'the idempotency key of a DELETE', webhook({ method: 'delete' })],
    ['.http', 'the idempotency key', http({ method: 'POST', body: { text: 'disk full' } })],
    ['.cases-webhook', 'the idempotency key of a new case', caseHook()],
  ])('goes with each attempt by %s as %s, and is not made up for a direct run', async (id, _, given) => {
    expect(await sent(id, given)).toEqual({ first: [DELIVERY], second: [DELIVERY], direct: [] });
  });

  it.each(['.servicenow', '.servicenow-sir'])(
    'is the correlation id of what %s creates through the application, and stays so with its comments',
    async (id) => {
      const ids = [DELIVERY, DELIVERY];
      expect(await sent(id, incident({}))).toEqual({ first: ids, second: ids, direct: ['none', 'none'] });
    },
  );

  it('is the id of a signed webhook, whose direct runs have one for each', async () => {
    const { first, second, direct } = await sent('.webhook', webhook({}, [SIGNING_KEY]));
    expect([first, second, direct]).toEqual([[DELIVERY], [DELIVERY], ['execution']]);
    const keys = { ...webhook({}, [SIGNING_KEY]), place: IDEMPOTENCY_KEY };
    expect((await sent('.webhook', keys)).first).toEqual([]);
  });

  it('is part of the id of a mail, which is one however often it arrives', async () => {
    await using mail = await testMailServer();
    const egress = testEgress({});
    for (const deliveryId of [DELIVERY, DELIVERY, undefined]) {
      await testAction(typeOf('.email'), {
        config: { host: '127.0.0.1', port: mail.port, from: 'Bot <bot@example.com>', hasAuth: false },
        params: { to: ['a@example.com'], subject: 'Disk', message: 'full' },
        smtp: egress.smtpFor(undefined),
        ...(deliveryId !== undefined && { deliveryId }),
      });
    }
    await egress.close();
    const ids = mail.received.map(({ mail }) => mail.messageId);
    expect(ids).toEqual([
      `<${DELIVERY}@example.com>`,
      `<${DELIVERY}@example.com>`,
      expect.not.stringContaining(DELIVERY),
    ]);
  });

  it.each<[string, string, Case, unknown[]]>([
    ['.pagerduty', 'a dedup key', event({ dedupKey: 'disk' }), ['disk']],
    ['.pagerduty', 'a resolve', event({ eventAction: 'resolve', dedupKey: 'disk' }), ['disk']],
    ['.opsgenie', 'an alias', alert('/v2/alerts', { alias: 'disk' }), ['disk']],
    [
      '.webhook',
      'a header of that name',
      webhook({ headers: { ...JSON_TYPE, 'idempotency-key': 'own' } }),
      ['own'],
    ],
    ['.webhook', 'a GET', webhook({ method: 'get' }), []],
    [
      '.http',
      'a header of that name',
      http({ method: 'POST', headers: { 'IDEMPOTENCY-KEY': 'own' } }),
      ['own'],
    ],
    ['.http', 'a GET', http({ path: '/hosts' }), []],
    ['.cases-webhook', 'a case that is there', caseHook({ externalId: '123' }), []],
    ['.servicenow', 'a correlation id', incident({ correlation_id: 'disk' }), ['disk', 'disk']],
    ['.servicenow', 'the table API', incident({}, true), ['none']],
  ])('changes nothing of %s with %s', async (id, _, given, expected) => {
    expect(await sent(id, given)).toEqual({ first: expected, second: expected, direct: expected });
  });
});
