import { testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { observablesIn } from './observables.ts';
import { servicenowSir } from './servicenow-sir.ts';
import { type ServiceNowLike, serviceNowLike } from './testing/servicenow-like.ts';

const HEALTH = '/api/x_elas2_sir_int/elastic_api/health';
const IMPORT_SET = '/api/now/import/x_elas2_sir_int_elastic_si_incident';
const TABLE = '/api/now/v2/table/sn_si_incident';
const ID = '00000000000000000000000000000001';
const BULK = `/api/x_elas2_sir_int/elastic_api/incident/${ID}/observables/bulk`;

const run = (vendor: ServiceNowLike, subAction: string, subActionParams: unknown, usesTableApi = false) =>
  testAction(servicenowSir, {
    config: { apiUrl: vendor.url, usesTableApi },
    secrets: { username: 'bob', password: 'the password' },
    params: { subAction, subActionParams },
  });

const push = (vendor: ServiceNowLike, incident: object, comments: unknown = null, usesTableApi = false) =>
  run(vendor, 'pushToService', { incident, comments }, usesTableApi);

const sent = ({ received }: ServiceNowLike) =>
  received.map(({ method, url, body }) => [method, url, ...(body === '' ? [] : [JSON.parse(body)])]);

const INCIDENT = {
  short_description: 't',
  dest_ip: '10.0.0.1, 10.0.0.2',
  malware_hash: ['abc'],
  correlation_id: 'r1:a1',
};

const ROW = {
  u_short_description: 't',
  u_description: null,
  u_category: null,
  u_subcategory: null,
  u_correlation_id: 'r1:a1',
  u_correlation_display: null,
  u_dest_ip: null,
  u_malware_hash: null,
  u_malware_url: null,
  u_source_ip: null,
  u_priority: null,
};

const OBSERVABLES = [
  { value: '10.0.0.1', type: 'ipv4-addr' },
  { value: '10.0.0.2', type: 'ipv4-addr' },
  { value: 'abc', type: 'SHA256' },
];

describe('a push through the application', () => {
  it('gives the observables after the incident', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await push(vendor, INCIDENT);
    expect(sent(vendor)).toEqual([
      ['GET', HEALTH],
      ['POST', IMPORT_SET, { ...ROW, u_caller_id: 'bob', u_opened_by: 'bob' }],
      ['GET', `${TABLE}/${ID}`],
      ['GET', HEALTH],
      ['POST', BULK, OBSERVABLES],
    ]);
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        title: 'INC01',
        id: ID,
        pushedDate: '2026-01-01T00:00:00.000Z',
        url: `${vendor.url}/nav_to.do?uri=sn_si_incident.do?sys_id=${ID}`,
      },
    });
    expect(vendor.observables[ID]).toEqual(OBSERVABLES);
  });

  it('gives them after the comments, and again with each push', async () => {
    await using vendor = await serviceNowLike();
    await push(vendor, INCIDENT);
    vendor.received.length = 0;
    const comments = [{ comment: 'first', commentId: '1' }];
    const { result } = await push(vendor, { ...INCIDENT, externalId: ID }, comments);
    expect(sent(vendor)).toEqual([
      ['GET', HEALTH],
      ['POST', IMPORT_SET, { ...ROW, elastic_incident_id: ID }],
      ['GET', `${TABLE}/${ID}`],
      ['GET', HEALTH],
      ['POST', IMPORT_SET, { ...ROW, u_work_notes: 'first', elastic_incident_id: ID }],
      ['GET', `${TABLE}/${ID}`],
      ['GET', HEALTH],
      ['POST', BULK, OBSERVABLES],
    ]);
    expect(result.data).toMatchObject({ comments: [{ commentId: '1' }] });
  });

  it.each([
    ['none', {}],
    ['empty ones', { dest_ip: '', source_ip: [], malware_hash: ' , ', malware_url: [''] }],
  ])('with %s makes no call for observables', async (_, observed) => {
    await using vendor = await serviceNowLike();
    await push(vendor, { short_description: 't', ...observed });
    expect(vendor.received.map(({ url }) => url)).toEqual([HEALTH, IMPORT_SET, `${TABLE}/${ID}`]);
  });

  const failed = (error: string, status: string) =>
    `[Action][ServiceNow]: Unable to add observables to security incident with id ${ID}. Error: ${error} [status=${status}] [method=post] [endpoint=bulk_observables]`;

  it.each([
    [
      { status: 500, body: '{"error":{"message":"Down"}}' },
      failed('Request failed with status code 500 Reason: Down', '500'),
    ],
    [{ body: '{}' }, failed('There is an issue with your Service Now Instance. Please check .', 'none')],
  ])(
    'fails, with the incident there, where the observables are answered %j',
    async (answer, serviceMessage) => {
      await using vendor = await serviceNowLike({
        answer: ({ url }) => (url === BULK ? answer : undefined),
      });
      const { result } = await push(vendor, INCIDENT);
      expect(result).toMatchObject({ status: 'error', serviceMessage, retry: true });
      expect(vendor.tables.sn_si_incident).toHaveLength(1);
    },
  );

  it('fails where the application has gone meanwhile', async () => {
    let asked = 0;
    await using vendor = await serviceNowLike({
      answer: ({ url }) => (url === HEALTH && asked++ > 0 ? { status: 503 } : undefined),
    });
    const { result } = await push(vendor, INCIDENT);
    expect(result.serviceMessage).toBe(
      failed(
        '[Action][ServiceNow]: Unable to get application version. Error: Request failed with status code 503 [status=503] [method=get] [endpoint=health]',
        '503',
      ),
    );
  });
});

describe('a push into the table', () => {
  it('gives the observables as text', async () => {
    await using vendor = await serviceNowLike();
    await push(vendor, { ...INCIDENT, source_ip: ['a', 'b'] }, [{ comment: 'x', commentId: '1' }], true);
    const fields = {
      ...Object.fromEntries(Object.entries(ROW).map(([name, value]) => [name.slice(2), value])),
      dest_ip: '10.0.0.1, 10.0.0.2',
      malware_hash: 'abc',
      source_ip: 'a,b',
      malware_url: null,
    };
    expect(sent(vendor)).toEqual([
      ['POST', TABLE, { ...fields, caller_id: 'bob', opened_by: 'bob' }],
      ['GET', `${TABLE}/${ID}`],
      ['PATCH', `${TABLE}/${ID}`, { ...fields, work_notes: 'x' }],
      ['GET', `${TABLE}/${ID}`],
    ]);
  });

  it('refuses additional fields', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await push(vendor, { ...INCIDENT, additional_fields: { a: 1 } }, null, true);
    expect(result.serviceMessage).toContain(
      'ServiceNow additional fields are not supported for deprecated connectors. [status=400] [method=post] [endpoint=table]',
    );
    expect(vendor.received).toEqual([]);
  });
});

describe('observables', () => {
  const none = { dest_ip: null, source_ip: null, malware_hash: null, malware_url: null };
  const ips = (...values: string[]) => values.map((value) => ({ value, type: 'ipv4-addr' }));

  it.each([
    ['a text is split', { dest_ip: 'a b|c,d\r\n\te' }, ips('a', 'b', 'c', 'd', 'e')],
    ['a list is not', { dest_ip: ['a b'] }, ips('a b')],
    ['each is there once', { dest_ip: 'a', source_ip: ['b', 'a'] }, ips('a', 'b')],
    [
      'kinds are kept apart',
      { malware_url: 'u', malware_hash: 'u', source_ip: 'u' },
      [...ips('u'), { value: 'u', type: 'SHA256' }, { value: 'u', type: 'URL' }],
    ],
  ])('%s', (_, observed, expected) => {
    expect(observablesIn({ ...none, ...observed })).toEqual(expected);
  });
});

describe('beside the push', () => {
  it('choices and fields are those of security incidents', async () => {
    await using vendor = await serviceNowLike();
    const choices = await run(vendor, 'getChoices', { fields: ['priority'] });
    const fields = await run(vendor, 'getFields', {});
    expect(vendor.received.map(({ url }) => url)).toEqual([
      '/api/now/table/sys_choice?sysparm_query=name=task^ORname=sn_si_incident^element=priority^language=en&sysparm_fields=label,value,dependent_value,element',
      '/api/now/table/sys_dictionary?sysparm_query=name=task^ORname=sn_si_incident^internal_type=string&active=true&array=false&read_only=false&sysparm_fields=max_length,element,column_label,mandatory',
    ]);
    expect([choices, fields].map(({ result }) => result.data)).toEqual([
      [expect.objectContaining({ element: 'priority' }), expect.objectContaining({ element: 'priority' })],
      [expect.objectContaining({ max_length: '160' }), expect.objectContaining({ max_length: '160' })],
    ]);
  });

  it('an incident is accepted and not looked for; a handshake fails', async () => {
    await using vendor = await serviceNowLike();
    expect((await run(vendor, 'getIncident', { externalId: 'x' })).result.data).toEqual({});
    expect((await run(vendor, 'handshake', {})).result.serviceMessage).toBe(
      '[Action][ExternalService] subAction handshake not implemented.',
    );
    expect(vendor.received).toEqual([]);
  });
});
