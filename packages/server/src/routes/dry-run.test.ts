import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const server = await testServer({ settings: { 'xpack.actions.allowedHosts': ['127.0.0.1'] } });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

async function created(typeId: string, config: unknown, secrets: unknown): Promise<string> {
  const body = { name: 'x', connector_type_id: typeId, config, secrets };
  const answer = await call('POST', '/api/actions/connector', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.id;
}

const dryRun = (id: string, params: unknown) =>
  call('POST', `/api/actions/connector/${id}/_execute?dry_run=true`, { body: { params } });

describe('a dry run', () => {
  it('answers the request as it would leave, its secrets taken out, and sends nothing', async () => {
    await using service = await standIn();
    const id = await created(
      '.webhook',
      { url: `${service.url}/hook`.replace('//', '//someone:hidden@'), headers: { 'X-Plain': 'seen' } },
      { user: 'abc', password: '123', secretHeaders: { 'X-Key': 'hidden-key' } },
    );
    const answer = await dryRun(id, { body: 'say 123 and hidden-key' });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      connector_id: id,
      status: 'ok',
      dry_run: true,
      data: {
        requests: [
          {
            method: 'POST',
            url: expect.stringMatching(/^http:\/\/\[redacted\]@127\.0\.0\.1:\d+\/hook$/),
            headers: {
              Accept: 'application/json, text/plain, */*',
              'User-Agent': expect.stringContaining('Patchbay'),
              'Content-Type': 'application/x-www-form-urlencoded',
              Authorization: '[redacted]',
              'X-Plain': 'seen',
              'X-Key': '[redacted]',
            },
            body: 'say [redacted] and [redacted]',
          },
        ],
      },
    });
    expect(service.received).toEqual([]);
  });

  it('shows the token request where there is no token yet, without the client secret', async () => {
    await using service = await standIn();
    const config = {
      url: `${service.url}/hook`,
      authType: 'webhook-oauth2-client-credentials',
      accessTokenUrl: `${service.url}/token`,
      clientId: 'id',
    };
    const id = await created('.webhook', config, { clientSecret: "a secret, isn't it" });
    const { requests } = (await dryRun(id, {})).body.data;
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: config.accessTokenUrl,
        body: 'client_id=id&client_secret=[redacted]&grant_type=client_credentials',
      },
    ]);
    expect(service.received).toEqual([]);
  });

  it('of a type that sends nothing has no requests, and does nothing either', async () => {
    const id = await created('.server-log', {}, {});
    const before = server.logged.length;
    expect((await dryRun(id, { message: 'never logged' })).body).toMatchObject({
      status: 'ok',
      dry_run: true,
      data: { requests: [] },
    });
    expect(JSON.stringify(server.logged.slice(before))).not.toContain('never logged');
  });

  it('of params that are refused is refused', async () => {
    const id = await created('.webhook', { url: 'http://127.0.0.1/x' }, {});
    const answer = await dryRun(id, { body: 1 });
    expect(answer.body).toMatchObject({ status: 'error', dry_run: true });
    expect(answer.body.message).toContain('error validating action params');
    const wrong = `/api/actions/connector/${id}/_execute?dry_run=maybe`;
    expect((await call('POST', wrong, { body: { params: {} } })).status).toBe(400);
  });
});

describe('the run of a connector that is not stored', () => {
  const path = '/api/patchbay/connectors/_test';
  const test = (body: unknown, as?: string) => call('POST', path, { body, ...(as && { as }) });

  it('is a run, and leaves no connector behind', async () => {
    await using service = await standIn();
    const answer = await test({
      connector_type_id: '.webhook',
      config: { url: service.url },
      secrets: { user: 'abc', password: '123' },
      params: { body: 'some data' },
    });
    expect(answer.body).toEqual({ connector_id: '_test', status: 'ok', data: 'some data' });
    expect(service.received).toMatchObject([
      { body: 'some data', headers: { authorization: 'Basic YWJjOjEyMw==' } },
    ]);
    const { body } = await call('GET', '/api/actions/connectors');
    expect(JSON.stringify(body)).not.toContain('_test');
  });

  it.each([
    [{ connector_type_id: '.webhook', config: { url: 'nowhere' }, params: {} }, 'unable to parse url'],
    [
      { connector_type_id: '.webhook', config: { url: 'http://other.example' }, params: {} },
      'is not added to',
    ],
    [
      {
        connector_type_id: '.webhook',
        config: { url: 'http://127.0.0.1' },
        secrets: { user: 'a' },
        params: {},
      },
      'error validating connector type secrets',
    ],
    [{ connector_type_id: '.none', params: {} }, 'is not registered'],
  ])('with %j is refused as on create', async (body, message) => {
    const answer = await test(body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(message);
  });

  it('with params that are refused is an error', async () => {
    const answer = await test({ connector_type_id: '.server-log', params: {} });
    expect(answer.body).toMatchObject({ connector_id: '_test', status: 'error', retry: false });
  });

  it('takes the right to create and the right to run', async () => {
    const body = { connector_type_id: '.server-log', params: { message: 'x' } };
    const reader = await addUser(server, 'reader', [{ spaces: ['*'], feature: { actions: ['read'] } }]);
    const refused = await test(body, reader);
    expect(refused.status).toBe(403);
    expect(refused.body.message).toBe('Unauthorized to create a ".server-log" action');
  });
});
