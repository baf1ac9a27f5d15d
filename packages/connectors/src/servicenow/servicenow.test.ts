import { testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { servicenow } from './servicenow.ts';
import { ALL_ROLES, type ServiceNowLike, serviceNowLike } from './testing/servicenow-like.ts';

const HEALTH = '/api/x_elas2_inc_int/elastic_api/health';
const IMPORT_SET = '/api/now/import/x_elas2_inc_int_elastic_incident';
const TABLE = '/api/now/v2/table/incident';
const ID = '00000000000000000000000000000001';
const BOB = `Basic ${Buffer.from('bob:the password').toString('base64')}`;

interface Run {
  subAction: string;
  subActionParams: unknown;
  usesTableApi?: boolean;
  now?: string;
  apiUrl?: string;
}

const run = (
  vendor: ServiceNowLike,
  { subAction, subActionParams, usesTableApi = false, now, apiUrl }: Run,
) =>
  testAction(servicenow, {
    config: { apiUrl: apiUrl ?? vendor.url, usesTableApi },
    secrets: { username: 'bob', password: 'the password' },
    params: { subAction, subActionParams },
    ...(now !== undefined && { now: new Date(now) }),
  });

const push = (incident: object, comments: unknown = null) => ({
  subAction: 'pushToService',
  subActionParams: { incident, comments },
});

const close = (incident: object) => ({ subAction: 'closeIncident', subActionParams: { incident } });

const sent = ({ received }: ServiceNowLike) =>
  received.map(({ method, url, body }) => [method, url, ...(body === '' ? [] : [JSON.parse(body)])]);

/** What the reference's documentation pushes. */
const INCIDENT = {
  short_description: 'a title',
  description: 'a description',
  urgency: '1',
  impact: '1',
  severity: '1',
  category: 'software',
  subcategory: 'os',
  correlation_id: 'r1:a1',
};

const prefixed = (fields: object) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`u_${name}`, value]));

describe('a push through the application', () => {
  it('looks for it, creates by the import set, reads back, and writes all again with a comment', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await run(
      vendor,
      push({ ...INCIDENT, additional_fields: { u_cmdb_ci: 'host-a' } }, [
        { comment: 'first', commentId: '456' },
      ]),
    );
    const row = { u_cmdb_ci: 'host-a', ...prefixed({ ...INCIDENT, correlation_display: null }) };
    expect(sent(vendor)).toEqual([
      ['GET', HEALTH],
      ['POST', IMPORT_SET, { ...row, u_caller_id: 'bob', u_opened_by: 'bob' }],
      ['GET', `${TABLE}/${ID}`],
      ['GET', HEALTH],
      ['POST', IMPORT_SET, { ...row, u_work_notes: 'first', elastic_incident_id: ID }],
      ['GET', `${TABLE}/${ID}`],
    ]);
    expect(vendor.received.every(({ headers }) => headers.authorization === BOB)).toBe(true);
    expect(vendor.received[1]?.headers['content-type']).toBe('application/json');
    expect(vendor.received[1]?.body).toMatch(/^\{"u_cmdb_ci":/);
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        title: 'INC01',
        id: ID,
        pushedDate: '2026-01-01T00:00:00.000Z',
        url: `${vendor.url}/nav_to.do?uri=incident.do?sys_id=${ID}`,
        comments: [{ commentId: '456', pushedDate: '2026-01-01T00:00:00.000Z' }],
      },
    });
  });

  it('updates what the external id names', async () => {
    await using vendor = await serviceNowLike();
    await run(vendor, push(INCIDENT));
    vendor.received.length = 0;
    const { result } = await run(vendor, push({ ...INCIDENT, externalId: ID, description: null }));
    expect(sent(vendor)).toEqual([
      ['GET', HEALTH],
      [
        'POST',
        IMPORT_SET,
        {
          ...prefixed({ ...INCIDENT, description: null, correlation_display: null }),
          elastic_incident_id: ID,
        },
      ],
      ['GET', `${TABLE}/${ID}`],
    ]);
    expect(result).toMatchObject({ status: 'ok', data: { id: ID, title: 'INC01' } });
    expect(result.data).not.toHaveProperty('comments');
  });

  it('never looks for the correlation id itself: the application takes the second push for the first', async () => {
    await using vendor = await serviceNowLike();
    await run(vendor, push(INCIDENT));
    const { result } = await run(vendor, push({ ...INCIDENT, short_description: 'again' }));
    expect(result).toMatchObject({ data: { id: ID } });
    expect(vendor.tables.incident).toMatchObject([{ short_description: 'again' }]);
    expect(vendor.received.map(({ url }) => url).filter((url) => url.includes('sysparm_query'))).toEqual([]);
  });

  it('lets its own fields win over additional ones', async () => {
    await using vendor = await serviceNowLike();
    const additional = '{"u_short_description": "theirs", "urgency": "kept"}';
    await run(vendor, push({ ...INCIDENT, additional_fields: additional }));
    expect(JSON.parse(vendor.received[1]?.body ?? '')).toMatchObject({
      u_short_description: 'a title',
      urgency: 'kept',
    });
  });

  it('is 283 bytes where the reference’s is, whose correlation id is a template that nobody rendered', async () => {
    const users = { changeme: { password: 'elastic', roles: ALL_ROLES } };
    for (const [usesTableApi, bytes] of [
      [false, 283],
      [true, 261],
    ] as const) {
      await using vendor = await serviceNowLike({ users });
      const { correlation_id: _, ...incident } = INCIDENT;
      const { result, requestBodyBytes } = await testAction(servicenow, {
        config: { apiUrl: vendor.url, usesTableApi },
        secrets: { username: 'changeme', password: 'elastic' },
        params: push(incident, []),
      });
      expect(result.status).toBe('ok');
      expect(result.data).not.toHaveProperty('comments');
      expect(requestBodyBytes).toBe(bytes);
      expect(vendor.tables.incident).toMatchObject([{ correlation_id: '{{rule.id}}:{{alert.id}}' }]);
    }
  });
});

describe('a push into the table', () => {
  it('creates, reads back, and patches all again with each comment, an empty one too', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await run(vendor, {
      ...push(INCIDENT, [
        { comment: 'first', commentId: '1' },
        { comment: '', commentId: '2' },
      ]),
      usesTableApi: true,
    });
    const fields = { ...INCIDENT, correlation_display: null };
    expect(sent(vendor)).toEqual([
      ['POST', TABLE, { ...fields, caller_id: 'bob', opened_by: 'bob' }],
      ['GET', `${TABLE}/${ID}`],
      ['PATCH', `${TABLE}/${ID}`, { ...fields, work_notes: 'first' }],
      ['GET', `${TABLE}/${ID}`],
      ['PATCH', `${TABLE}/${ID}`, { ...fields, work_notes: '' }],
      ['GET', `${TABLE}/${ID}`],
    ]);
    expect(result.data).toMatchObject({ comments: [{ commentId: '1' }, { commentId: '2' }] });
  });

  it('updates what the external id names, and tells when that was', async () => {
    let now = new Date('2020-03-10T12:24:20Z');
    await using vendor = await serviceNowLike({ now: () => now });
    const created = await run(vendor, { ...push(INCIDENT), usesTableApi: true });
    now = new Date('2021-10-04T11:15:06Z');
    const updated = await run(vendor, { ...push({ ...INCIDENT, externalId: ID }), usesTableApi: true });
    expect([created, updated].map(({ result }) => result.data)).toMatchObject([
      { pushedDate: '2020-03-10T12:24:20.000Z' },
      { pushedDate: '2021-10-04T11:15:06.000Z' },
    ]);
  });

  it.each([undefined, '', 'soon'])('takes now for a time that is %j', async (time) => {
    const row = { sys_id: ID, number: 'INC01', sys_created_on: time };
    await using vendor = await serviceNowLike({
      answer: () => ({ body: JSON.stringify({ result: row }) }),
    });
    const { result } = await run(vendor, {
      ...push(INCIDENT),
      usesTableApi: true,
      now: '2026-02-03T04:05:06Z',
    });
    expect(result.data).toMatchObject({ pushedDate: '2026-02-03T04:05:06.000Z' });
  });

  it('drops one slash at the end of the URL', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await run(vendor, {
      ...push(INCIDENT),
      usesTableApi: true,
      apiUrl: `${vendor.url}/`,
    });
    expect(vendor.received[0]?.url).toBe(TABLE);
    expect(result.data).toMatchObject({ url: `${vendor.url}/nav_to.do?uri=incident.do?sys_id=${ID}` });
  });

  it.each([[{}], [{ u_a: 1 }], ['{}']])(
    'refuses the additional fields %j before anything is sent',
    async (fields) => {
      await using vendor = await serviceNowLike();
      const incident = { ...INCIDENT, additional_fields: fields };
      const create = await run(vendor, { ...push(incident), usesTableApi: true });
      expect(create.result).toEqual({
        actionId: 'test',
        status: 'error',
        message: 'an error occurred while running the action',
        serviceMessage:
          '[Action][ServiceNow]: Unable to create incident. Error: ServiceNow additional fields are not supported for deprecated connectors. [status=400] [method=post] [endpoint=table]',
        retry: true,
        errorSource: 'framework',
      });
      const update = await run(vendor, { ...push({ ...incident, externalId: ID }), usesTableApi: true });
      expect(update.result.serviceMessage).toBe(
        `[Action][ServiceNow]: Unable to update incident with id ${ID}. Error: ServiceNow additional fields are not supported for deprecated connectors. [status=400] [method=patch] [endpoint=table]`,
      );
      expect(vendor.received).toEqual([]);
    },
  );
});

describe('a close', () => {
  const QUERY = `${TABLE}?sysparm_query=ORDERBYDESCsys_created_on^correlation_id=r1:a1`;
  const CLOSING = {
    state: '7',
    close_code: 'Closed/Resolved by Caller',
    close_notes: 'Closed by Caller',
  };

  it('through the application finds the newest with the correlation id', async () => {
    await using vendor = await serviceNowLike();
    const row = { correlation_id: 'r1:a1', number: 'INC07', state: '1' };
    vendor.tables.incident?.push(
      { ...row, sys_id: 'old', sys_created_on: '2026-01-01 00:00:00' },
      { ...row, sys_id: 'new', sys_created_on: '2026-01-02 00:00:00' },
    );
    const { result } = await run(vendor, close({ correlation_id: 'r1:a1' }));
    expect(sent(vendor)).toEqual([
      ['GET', QUERY],
      ['GET', HEALTH],
      ['POST', IMPORT_SET, { ...prefixed(CLOSING), elastic_incident_id: 'new' }],
      ['GET', `${TABLE}/new`],
    ]);
    expect(result.data).toEqual({
      title: 'INC07',
      id: 'new',
      pushedDate: '2026-01-01T00:00:00.000Z',
      url: `${vendor.url}/nav_to.do?uri=incident.do?sys_id=new`,
    });
    expect(vendor.tables.incident?.map(({ state }) => state)).toEqual(['1', '7']);
  });

  it('in the table takes the external id, which wins', async () => {
    await using vendor = await serviceNowLike();
    vendor.tables.incident?.push({ sys_id: 'one', number: 'INC07', state: '2' });
    const { result } = await run(vendor, {
      ...close({ externalId: 'one', correlation_id: 'r1:a1' }),
      usesTableApi: true,
    });
    expect(sent(vendor)).toEqual([
      ['GET', `${TABLE}/one`],
      ['PATCH', `${TABLE}/one`, CLOSING],
      ['GET', `${TABLE}/one`],
    ]);
    expect(result).toMatchObject({ status: 'ok', data: { id: 'one' } });
  });

  it.each([
    ['an unknown correlation id', { correlation_id: 'unknown' }],
    ['an unknown sys_id', { externalId: 'unknown' }],
    ['nothing but empty text', { externalId: '', correlation_id: '' }],
  ])('of %s is no error', async (_, incident) => {
    await using vendor = await serviceNowLike();
    const { result, logged } = await run(vendor, close(incident));
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: {} });
    expect(logged).toMatchObject([
      { level: 'warn', message: expect.stringMatching(/^No incident to close/) },
    ]);
    expect(vendor.received.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('of an incident that the instance answers as empty is no error', async () => {
    await using vendor = await serviceNowLike({ answer: () => ({ body: '{"result":{}}' }) });
    const { result } = await run(vendor, close({ externalId: 'one' }));
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: {} });
  });

  it('of what is no incident fails without a write', async () => {
    await using vendor = await serviceNowLike({ answer: () => ({ body: '{"result":"text"}' }) });
    const { result } = await run(vendor, close({ externalId: 'one' }));
    expect(result.serviceMessage).toContain('Error: Incident id is empty. [status=none]');
    expect(vendor.received).toHaveLength(1);
    const found = await run(vendor, close({ correlation_id: 'r1:a1' }));
    expect(found.result).toMatchObject({ status: 'ok', data: {} });
  });

  it('of one that is closed sends nothing and tells of it', async () => {
    await using vendor = await serviceNowLike();
    vendor.tables.incident?.push({
      sys_id: 'one',
      number: 'INC07',
      state: '7',
      sys_updated_on: '2026-01-05 10:00:00',
    });
    const { result, logged } = await run(vendor, close({ externalId: 'one' }));
    expect(result.data).toEqual({
      title: 'INC07',
      id: 'one',
      pushedDate: '2026-01-05T10:00:00.000Z',
      url: `${vendor.url}/nav_to.do?uri=incident.do?sys_id=one`,
    });
    expect(vendor.received).toHaveLength(1);
    expect(logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('closed already') }]);
  });

  it('without either id is refused', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await run(vendor, close({ externalId: null, correlation_id: null }));
    expect(result).toMatchObject({
      serviceMessage: 'No correlationId or incidentId found.',
      retry: true,
      errorSource: 'framework',
    });
    expect(vendor.received).toEqual([]);
  });

  it('looks for the unrendered template where it is given nothing', async () => {
    await using vendor = await serviceNowLike();
    await run(vendor, close({}));
    expect(vendor.received[0]?.url).toBe(QUERY.replace('r1:a1', '{{rule.id}}:{{alert.id}}'));
  });

  it('that fails says so', async () => {
    await using vendor = await serviceNowLike({
      answer: ({ url }) => (url.includes('sysparm_query') ? { status: 500 } : undefined),
    });
    const { result } = await run(vendor, close({ correlation_id: 'r1:a1' }));
    expect(result.serviceMessage).toBe(
      '[Action][ServiceNow]: Unable to close incident. Error: [Action][ServiceNow]: Unable to get incident by correlation ID r1:a1. Error: Request failed with status code 500 [status=500] [method=get] [endpoint=table] [status=500] [method=post] [endpoint=import_set]',
    );
  });
});

describe('what forms ask for', () => {
  it('choices are the instance’s, as it has them', async () => {
    await using vendor = await serviceNowLike();
    const { result, requestBodyBytes } = await run(vendor, {
      subAction: 'getChoices',
      subActionParams: { fields: ['severity', 'urgency'] },
    });
    expect(sent(vendor)).toEqual([
      [
        'GET',
        '/api/now/table/sys_choice?sysparm_query=name=task^ORname=incident^element=severity^ORelement=urgency^language=en&sysparm_fields=label,value,dependent_value,element',
      ],
    ]);
    expect(result.data).toHaveLength(4);
    expect(result.data).toContainEqual({
      label: '1 - severity of incident',
      value: '1',
      dependent_value: '',
      element: 'severity',
    });
    expect(requestBodyBytes).toBe(0);
  });

  it('of no field there are none, and nobody is asked', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await run(vendor, { subAction: 'getChoices', subActionParams: { fields: [] } });
    expect([result.data, vendor.received]).toEqual([[], []]);
  });

  it('fields are the instance’s text fields', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await run(vendor, { subAction: 'getFields', subActionParams: { any: 'thing' } });
    expect(sent(vendor)).toEqual([
      [
        'GET',
        '/api/now/table/sys_dictionary?sysparm_query=name=task^ORname=incident^internal_type=string&active=true&array=false&read_only=false&sysparm_fields=max_length,element,column_label,mandatory',
      ],
    ]);
    expect(result.data).toEqual(
      ['incident', 'task'].map((name) => ({
        max_length: '160',
        element: `text_of_${name}`,
        column_label: 'Text',
        mandatory: 'false',
      })),
    );
  });

  it('fields may be none', async () => {
    await using vendor = await serviceNowLike({ answer: () => ({ body: '{"result":[]}' }) });
    const { result } = await run(vendor, { subAction: 'getFields', subActionParams: {} });
    expect(result.data).toEqual([]);
  });

  it('an incident is accepted and not looked for', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await run(vendor, {
      subAction: 'getIncident',
      subActionParams: { externalId: ID },
    });
    expect([result.data, vendor.received]).toEqual([{}, []]);
  });

  it('a handshake fails', async () => {
    await using vendor = await serviceNowLike();
    const { result } = await run(vendor, { subAction: 'handshake', subActionParams: {} });
    expect(result.serviceMessage).toBe('[Action][ExternalService] subAction handshake not implemented.');
  });
});
