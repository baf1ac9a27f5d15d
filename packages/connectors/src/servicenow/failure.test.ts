import type { StandInAnswer } from '@patchbay/kit/testing';
import { standIn, testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { servicenow } from './servicenow.ts';
import { ALL_ROLES, serviceNowLike } from './testing/servicenow-like.ts';

const PUSH = { subAction: 'pushToService', subActionParams: { incident: { short_description: 'a' } } };
const secrets = { username: 'bob', password: 'the password' };

const run = (apiUrl: string, { usesTableApi = true, params = PUSH as object } = {}) =>
  testAction(servicenow, { config: { apiUrl, usesTableApi }, secrets, params });

const TABLE = '[method=post] [endpoint=table]';

describe('a call that failed', () => {
  it.each<[string, StandInAnswer, string]>([
    [
      'says what ServiceNow says',
      { status: 403, body: '{"error":{"message":"Denied","detail":"no access"},"status":"failure"}' },
      'Request failed with status code 403 Reason: Denied: no access [status=403]',
    ],
    [
      'says it without a detail where there is none',
      { status: 400, body: '{"error":{"message":"Invalid table x","detail":null},"status":"failure"}' },
      'Request failed with status code 400 Reason: Invalid table x [status=400]',
    ],
    [
      'says that the body holds no error',
      { status: 502, body: '<html>Bad Gateway</html>' },
      'Request failed with status code 502 Reason: unknown: no error in error response [status=502]',
    ],
    [
      'says so of an error that is a text',
      { status: 401, body: '{"error":"invalid_token"}' },
      'Request failed with status code 401 Reason: unknown: no error in error response [status=401]',
    ],
    ['gives no reason without a body', { status: 500 }, 'Request failed with status code 500 [status=500]'],
    [
      'knows a page that is no answer',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Instance hibernating</html>' },
      'There is an issue with your Service Now Instance. Please check . [status=none]',
    ],
    [
      'knows an answer without a result',
      { status: 201, body: '{"results":1}' },
      'There is an issue with your Service Now Instance. Please check . [status=none]',
    ],
    [
      'knows an empty answer',
      { status: 204 },
      'There is an issue with your Service Now Instance. Please check . [status=none]',
    ],
    [
      'knows null',
      { status: 200, body: 'null' },
      'There is an issue with your Service Now Instance. Please check . [status=none]',
    ],
    [
      'knows a redirect that leads nowhere',
      { status: 302, headers: { location: '/login.do' } },
      'There is an issue with your Service Now Instance. Please check . [status=none]',
    ],
    [
      'knows a result that is no row',
      { status: 200, body: '{"result":"text"}' },
      '[Action][ServiceNow]: Unable to get incident with id . Error: Incident id is empty. [status=none] [method=get] [endpoint=table] [status=none]',
    ],
  ])('%s', async (_, answer, error) => {
    await using vendor = await standIn(() => answer);
    const { result } = await run(vendor.url);
    expect(result).toMatchObject({
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: `[Action][ServiceNow]: Unable to create incident. Error: ${error} ${TABLE}`,
      retry: true,
    });
    expect(vendor.received).toHaveLength(1);
  });

  it('has the client’s code where nobody answered', async () => {
    const vendor = await standIn();
    await vendor.close();
    const { result } = await run(vendor.url);
    expect(result.serviceMessage).toMatch(
      /Unable to create incident\. Error: connect ECONNREFUSED 127\.0\.0\.1:\d+ \[status=ECONNREFUSED\] \[method=post\] \[endpoint=table\]$/,
    );
  });

  it.each([
    [401, 'user'],
    [403, 'user'],
    [429, 'user'],
    [404, 'framework'],
    [500, 'framework'],
  ])('with %i is to be mended by: %s', async (status, errorSource) => {
    await using vendor = await standIn(() => ({ status }));
    const { result } = await run(vendor.url);
    expect(result).toMatchObject({ retry: true, errorSource });
  });

  it('is told by each call around it', async () => {
    await using vendor = await serviceNowLike({ applications: [] });
    const { result } = await run(vendor.url, { usesTableApi: false });
    const reason = 'Reason: Requested URI does not represent any resource [status=400]';
    expect(result.serviceMessage).toBe(
      `[Action][ServiceNow]: Unable to create incident. Error: [Action][ServiceNow]: Unable to get application version. Error: Request failed with status code 400 ${reason} [method=get] [endpoint=health] ${reason} [method=post] [endpoint=import_set]`,
    );
    expect(vendor.received).toHaveLength(1);
  });

  it.each([
    ['getChoices', { fields: ['priority'] }, 'Unable to get choices'],
    ['getFields', {}, 'Unable to get fields'],
  ])('of %s', async (subAction, subActionParams, what) => {
    await using vendor = await serviceNowLike({ users: { bob: { password: 'the password', roles: [] } } });
    const { result } = await run(vendor.url, { params: { subAction, subActionParams } });
    expect(result.serviceMessage).toBe(
      `[Action][ServiceNow]: ${what}. Error: Request failed with status code 403 Reason: Operation Failed: ACL Exception Insert Failed due to security constraints [status=403] [method=get] [endpoint=table]`,
    );
  });

  it('of too many requests waits for no Retry-After', async () => {
    await using vendor = await serviceNowLike({ rateLimit: 1 });
    const { result } = await run(vendor.url);
    expect(result.retry).toBe(true);
    expect(result.serviceMessage).toContain(
      'Unable to get incident with id 00000000000000000000000000000001. Error: Request failed with status code 429 Reason: Rate limit exceeded: Rejected since the rate limit of the user is exceeded [status=429] [method=get]',
    );
  });

  it('of wrong credentials does not tell them', async () => {
    await using vendor = await serviceNowLike({ users: { bob: { password: 'another', roles: ALL_ROLES } } });
    const { result, logged } = await run(vendor.url);
    expect(result.serviceMessage).toBe(
      `[Action][ServiceNow]: Unable to create incident. Error: Request failed with status code 401 Reason: User Not Authenticated: Required to provide Auth information [status=401] ${TABLE}`,
    );
    expect(JSON.stringify([result, logged])).not.toContain('the password');
  });
});

describe('a row of the import set', () => {
  const importSet = (result: unknown) =>
    serviceNowLike({
      answer: ({ method }) =>
        method === 'POST' ? { status: 201, body: JSON.stringify({ result }) } : undefined,
    });
  const failure = (error: string, status: string) =>
    `[Action][ServiceNow]: Unable to create incident. Error: ${error} [status=${status}] [method=post] [endpoint=import_set]`;

  it.each([
    [
      'refused is the user’s to mend',
      [{ status: 'error', error_message: 'No caller' }],
      'No caller',
      'error',
    ],
    ['refused without a word too', [{ status: 'error' }], 'Unexpected result', 'error'],
    ['that is not there', [], 'Unexpected result', 'none'],
    ['that is no row', { sys_id: '1' }, 'Unexpected result', 'none'],
  ])('%s', async (_, rows, error, status) => {
    await using vendor = await importSet(rows);
    const { result } = await run(vendor.url, { usesTableApi: false });
    expect(result).toMatchObject({
      serviceMessage: failure(error, status),
      retry: true,
      errorSource: 'user',
    });
  });

  it('refused by the application’s own rules', async () => {
    await using vendor = await serviceNowLike();
    const incident = { short_description: 'a', externalId: 'unknown' };
    const params = { subAction: 'pushToService', subActionParams: { incident } };
    const { result } = await run(vendor.url, { usesTableApi: false, params });
    expect(result).toMatchObject({
      serviceMessage:
        '[Action][ServiceNow]: Unable to update incident with id unknown. Error: no such incident [status=error] [method=post] [endpoint=import_set]',
      errorSource: 'user',
    });
  });
});

it('an external id without text is refused before anything is sent', async () => {
  await using vendor = await serviceNowLike();
  const incident = { short_description: 'a', externalId: ' ' };
  const { result } = await run(vendor.url, {
    params: { subAction: 'pushToService', subActionParams: { incident } },
  });
  expect(result.serviceMessage).toBe(
    '[Action][ServiceNow]: Unable to update incident with id  . Error: Incident id is empty. [status=none] [method=patch] [endpoint=table]',
  );
  expect(vendor.received).toEqual([]);
});

it('a correlation id without text is refused before anything is sent', async () => {
  await using vendor = await serviceNowLike();
  const { result } = await run(vendor.url, {
    params: { subAction: 'closeIncident', subActionParams: { incident: { correlation_id: ' ' } } },
  });
  expect(result.serviceMessage).toContain(
    'Unable to get incident by correlation ID  . Error: Correlation ID is empty. [status=none] [method=get] [endpoint=table]',
  );
  expect(vendor.received).toEqual([]);
});

it('a connector without a URL is configured wrongly', async () => {
  const { result } = await run('');
  expect(result).toMatchObject({ serviceMessage: '[Action]ServiceNow: Wrong configuration.', retry: true });
});
