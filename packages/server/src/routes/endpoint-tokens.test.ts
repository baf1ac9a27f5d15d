import { type ReceivedRequest, type StandInAnswer, standIn, tokenIssuer } from '@patchbay/kit/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { sendRequest } from '../testing/send-request.ts';
import { FIRST_PASSWORD, testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const SECRET = 'cl1ent/secret+of=app';
const FILE = 'PK\u0003\u0004'.repeat(50_000);

const server = await testServer({
  settings: { 'xpack.actions.maxResponseContentLength': 1000, 'logging.root.level': 'all' },
});
const issuer = tokenIssuer(() => new Date());
let answer: ((request: ReceivedRequest) => StandInAnswer | undefined) | undefined;
const elsewhere = await standIn();
/** Gives tokens, and takes any call that carries one of them. */
const vendor = await standIn((request): StandInAnswer => {
  const special = answer?.(request);
  if (special !== undefined) return special;
  const { url, headers } = request;
  if (url.endsWith('/token')) return { body: JSON.stringify(issuer.issue()) };
  if (url === '/file') return { headers: { 'content-type': 'application/zip' }, body: FILE };
  if (!issuer.accepts(headers.authorization))
    return { status: 401, body: '{"error":{"code":"Unauthorized"}}' };
  return { body: JSON.stringify({ value: `http://${headers.host}/file` }) };
});
afterAll(() => Promise.all([server[Symbol.asyncDispose](), vendor.close(), elsewhere.close()]));

const types = {
  '.microsoft_defender_endpoint': {
    config: {
      clientId: 'app-1',
      tenantId: 't',
      oAuthServerUrl: vendor.url,
      oAuthScope: 'scope',
      apiUrl: vendor.url,
    },
    secrets: { clientSecret: SECRET },
    read: { subAction: 'getLibraryFiles', subActionParams: {} },
    act: { subAction: 'isolateHost', subActionParams: { id: '1', comment: 'c' } },
    direct: { subAction: 'testConnector', subActionParams: {} },
  },
  '.crowdstrike': {
    config: { url: vendor.url },
    secrets: { clientId: 'app-1', clientSecret: SECRET },
    read: { subAction: 'getAgentOnlineStatus', subActionParams: { ids: ['1'] } },
    act: { subAction: 'hostActions', subActionParams: { command: 'contain', ids: ['1'] } },
    direct: { subAction: 'getAgentDetails', subActionParams: { ids: ['1'] } },
  },
};
const analyst = await addUser(server, 'analyst', [
  { spaces: ['default'], feature: { actions: ['read', 'endpoint_security_execute'] } },
]);

describe.each(Object.entries(types))('%s over the API', (id, { config, secrets, ...runs }) => {
  const name = id.slice(1).replaceAll('_', '-');
  const path = `/api/actions/connector/${name}`;
  const run = (params: object, as?: string) =>
    server.call('POST', `${path}/_execute`, { body: { params }, ...(as !== undefined && { as }) });
  const asked = () => vendor.received.filter(({ url }) => url.endsWith('/token')).length;

  /** The connector anew: without a token. */
  beforeEach(async () => {
    answer = undefined;
    await server.call('DELETE', path);
    const created = await server.call('POST', path, {
      body: { name: id, connector_type_id: id, config, secrets },
    });
    expect(created.body).toMatchObject({ id: name });
    vendor.received.length = 0;
  });

  it('is enough for its direct action with the privilege, and for a superuser alone with the others', async () => {
    expect((await run(runs.direct, analyst)).body).toMatchObject({ status: 'ok' });
    vendor.received.length = 0;
    for (const params of [runs.read, runs.act]) {
      expect((await run(params, analyst)).body).toEqual({
        statusCode: 403,
        error: 'Forbidden',
        message: `Unauthorized to execute a "${id}" action`,
      });
    }
    expect(vendor.received).toEqual([]);
    expect((await run(runs.act)).body).toMatchObject({ status: 'ok' });
  });

  it('keeps its token between runs, and replaces one that was revoked', async () => {
    await run(runs.read);
    await run(runs.read);
    expect(asked()).toBe(1);
    issuer.revokeAll();
    expect((await run(runs.act)).body).toMatchObject({ status: 'ok' });
    expect((await run(runs.read)).body).toMatchObject({ status: 'ok' });
    expect(asked()).toBe(2);
  });

  it('asks for one token, however many runs want it', async () => {
    await Promise.all([run(runs.read), run(runs.read), run(runs.act)]);
    expect(asked()).toBe(1);
    issuer.revokeAll();
    const again = await Promise.all([run(runs.read), run(runs.read), run(runs.act)]);
    expect(again.map(({ body }) => body.status)).toEqual(['ok', 'ok', 'ok']);
    expect(asked()).toBe(2);
  });

  it('can be tried before it is saved', async () => {
    const test = { connector_type_id: id, config, secrets, params: runs.read };
    const { body } = await server.call('POST', '/api/patchbay/connectors/_test', { body: test });
    expect(body).toMatchObject({ status: 'ok' });
    expect(asked()).toBe(1);
  });

  it('shows in a dry run the request for a token, without its secrets', async () => {
    const { body } = await server.call('POST', `${path}/_execute?dry_run=true`, {
      body: { params: runs.read },
    });
    expect(body.data.requests).toMatchObject([{ method: 'POST', url: expect.stringMatching(/\/token$/) }]);
    expect(JSON.stringify(body)).not.toContain(encodeURIComponent(SECRET));
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(vendor.received).toEqual([]);
  });

  it('takes neither its secret nor its token to where it is redirected', async () => {
    elsewhere.received.length = 0;
    const redirect = { status: 307, headers: { location: `${elsewhere.url}/there` } };
    answer = ({ url }) => (url.endsWith('/token') ? redirect : undefined);
    expect((await run(runs.read)).body).toMatchObject({ status: 'error' });
    expect(elsewhere.received).toEqual([]);
    answer = ({ url }) => (url.endsWith('/token') ? undefined : redirect);
    await run(runs.act);
    expect(elsewhere.received).toHaveLength(1);
    expect(elsewhere.received[0]?.headers).not.toHaveProperty('authorization');
  });

  it('tells secret and token to nobody, also where the service repeats them', async () => {
    const echo = ({ headers, body }: ReceivedRequest) =>
      JSON.stringify({ errors: { headers, body, SECRET } });
    answer = (request) => ({ status: 400, body: echo(request) });
    const first = await run(runs.read);
    answer = (request) => (request.url.endsWith('/token') ? undefined : { status: 400, body: echo(request) });
    const second = await run(runs.read);
    const token = issuer.issued.at(-1) ?? '';
    expect(second.body.service_message).toContain('[redacted]');
    const told = [first.body, second.body, server.logged].map((text) => JSON.stringify(text));
    for (const text of told) {
      for (const secret of [SECRET, encodeURIComponent(SECRET), btoa(`app-1:${SECRET}`)]) {
        expect(text).not.toContain(secret);
      }
    }
    expect(JSON.stringify(second.body)).not.toMatch(new RegExp(`\\b${token}\\b`));
  });

  it('takes an answer that is too large for a failure', async () => {
    answer = ({ url }) => (url.endsWith('/token') ? undefined : { body: 'x'.repeat(2000) });
    const { body } = await run(runs.read);
    expect(body).toMatchObject({ status: 'error', retry: true });
    expect(body.service_message).toMatch(/^Status code: undefined\. Message: /);
  });
});

it('.microsoft_defender_endpoint passes the results of a script on, of any size', async () => {
  const { config, secrets } = types['.microsoft_defender_endpoint'];
  answer = undefined;
  await server.call('POST', '/api/actions/connector/files', {
    body: { name: 'x', connector_type_id: '.microsoft_defender_endpoint', config, secrets },
  });
  const { status, headers, body } = await sendRequest(server.url, {
    method: 'POST',
    path: '/api/actions/connector/files/_execute',
    headers: {
      authorization: `Basic ${btoa(`elastic:${FIRST_PASSWORD}`)}`,
      'kbn-xsrf': 'true',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ params: { subAction: 'getActionResults', subActionParams: { id: 'a1' } } }),
  });
  expect([status, headers.get('content-type')]).toEqual([200, 'application/zip']);
  expect(body === FILE).toBe(true);
});
