import { type StandInAnswer, testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { servicenowItom } from './servicenow-itom.ts';
import { type ServiceNowLike, serviceNowLike } from './testing/servicenow-like.ts';

const run = (vendor: ServiceNowLike, subAction: string, subActionParams: unknown) =>
  testAction(servicenowItom, {
    config: { apiUrl: vendor.url },
    secrets: { username: 'bob', password: 'the password' },
    params: { subAction, subActionParams },
  });

/** What the reference's documentation sends. */
const EVENT = {
  source: 'A source',
  event_class: 'An event class',
  resource: 'C:',
  node: 'node.example.com',
  metric_name: 'Percentage Logical Disk Free Space',
  type: 'Disk space',
  severity: '4',
  description: 'desc',
  additional_info: '{"alert": "test"}',
  message_key: 'a key',
  time_of_event: '2021-10-13T10:51:44.981Z',
};

describe('an event', () => {
  it('is sent as the reference sends it', async () => {
    await using vendor = await serviceNowLike();
    const { result, requestBodyBytes } = await run(vendor, 'addEvent', EVENT);
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: '/api/global/em/jsonv2',
        headers: {
          authorization: `Basic ${Buffer.from('bob:the password').toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ records: [{ ...EVENT, time_of_event: '2021-10-13 10:51:44' }] }),
      },
    ]);
    expect(requestBodyBytes).toBe(317);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: {} });
  });

  it('has no field that is null, and a message key that nobody rendered where none is given', async () => {
    await using vendor = await serviceNowLike();
    await run(vendor, 'addEvent', { node: 'host-1', severity: null, description: '' });
    expect(vendor.received[0]?.body).toBe(
      '{"records":[{"node":"host-1","description":"","message_key":"{{rule.id}}:{{alert.id}}"}]}',
    );
    await run(vendor, 'addEvent', { message_key: null });
    expect(vendor.received[1]?.body).toBe('{"records":[{}]}');
  });

  it.each([
    ['2021-10-13T10:51:44.981Z', '2021-10-13 10:51:44'],
    [' 2021-10-13T12:51:44+02:00 ', '2021-10-13 10:51:44'],
    ['2021-10-13 10:51:44', '2021-10-13 10:51:44'],
    ['1634122304981', '2021-10-13 10:51:44'],
    [' 1634122304981 ', '2021-10-13 10:51:44'],
    ['-1000', '1969-12-31 23:59:59'],
    ['0', '1970-01-01 00:00:00'],
    ['Wed, 13 Oct 2021 10:51:44 GMT', '2021-10-13 10:51:44'],
    [null, undefined],
    ['', undefined],
    ['  ', undefined],
    ['soon', undefined],
    ['99999999999999999999', undefined],
  ])('of the time %j is sent with %j', async (time_of_event, expected) => {
    await using vendor = await serviceNowLike();
    const { result } = await run(vendor, 'addEvent', { time_of_event });
    expect(result.status).toBe('ok');
    const [record] = JSON.parse(vendor.received[0]?.body ?? '').records;
    expect(record).toEqual({
      message_key: '{{rule.id}}:{{alert.id}}',
      ...(expected !== undefined && { time_of_event: expected }),
    });
  });

  it.each<[StandInAnswer, string]>([
    [
      { status: 403, body: '{"error":{"message":"Denied","detail":"no access"}}' },
      'Request failed with status code 403 Reason: Denied: no access',
    ],
    [{ status: 500 }, 'Request failed with status code 500'],
    [{ body: '{}' }, 'There is an issue with your Service Now Instance. Please check .'],
    [
      { status: 302, headers: { location: '/login.do' } },
      'There is an issue with your Service Now Instance. Please check .',
    ],
  ])('answered %j fails, without a word on where', async (answer, error) => {
    await using vendor = await serviceNowLike({ answer: () => answer });
    const { result } = await run(vendor, 'addEvent', EVENT);
    expect(result).toMatchObject({
      message: 'an error occurred while running the action',
      serviceMessage: `[Action][ServiceNow]: Unable to add event. Error: ${error}`,
      retry: true,
    });
  });
});

describe('choices', () => {
  it('are those of events', async () => {
    await using vendor = await serviceNowLike();
    const { result, requestBodyBytes } = await run(vendor, 'getChoices', { fields: ['severity'] });
    expect(vendor.received[0]?.url).toBe(
      '/api/now/table/sys_choice?sysparm_query=name=task^ORname=em_event^element=severity^language=en&sysparm_fields=label,value,dependent_value,element',
    );
    expect(result.data).toHaveLength(2);
    expect(requestBodyBytes).toBe(0);
  });

  it('that fail say where', async () => {
    await using vendor = await serviceNowLike({ answer: () => ({ status: 500 }) });
    const { result } = await run(vendor, 'getChoices', { fields: ['severity'] });
    expect(result.serviceMessage).toBe(
      '[Action][ServiceNow]: Unable to get choices. Error: Request failed with status code 500 [status=500] [method=get] [endpoint=table]',
    );
  });
});
