import { type Certificate, testCa, testTlsOrigin } from '@patchbay/engine/testing';
import { standardWebhooksHeaders } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';

const server = await testServer();
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

async function created(config: unknown, secrets: unknown): Promise<string> {
  const body = { name: 'hook', connector_type_id: '.webhook', config, secrets };
  const answer = await call('POST', '/api/actions/connector', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.id;
}

async function run(config: unknown, secrets: unknown) {
  const id = await created(config, secrets);
  const answer = await call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: {} } });
  expect(answer.status).toBe(200);
  return answer.body;
}

describe('.webhook over TLS', () => {
  const ca = testCa();
  const own = ca.issue();
  const client = ca.issue({ commonName: 'the client' });
  const origin = () =>
    testTlsOrigin({ cert: own.cert, key: own.key, ca: ca.cert, requestCert: true, rejectUnauthorized: true });
  const SSL = { hasAuth: true, authType: 'webhook-authentication-ssl', ca: base64(ca.cert) };
  const asPem = ({ cert, key }: Pick<Certificate, 'cert' | 'key'>) => ({
    crt: base64(cert),
    key: base64(key),
  });

  it.each([
    ['certificate and key', 'ssl-crt-key', asPem(client)],
    [
      'certificate and encrypted key',
      'ssl-crt-key',
      {
        ...asPem({ cert: client.cert, key: client.toEncryptedKey('open sesame') }),
        password: 'open sesame',
      },
    ],
    ['PFX', 'ssl-pfx', { pfx: base64(client.toPfx('open sesame')), password: 'open sesame' }],
  ])('shows its client certificate, given as %s', async (_, certType, secrets) => {
    await using service = await origin();
    const result = await run({ url: service.url, ...SSL, certType }, secrets);
    expect(result).toMatchObject({ status: 'ok' });
    expect(service.clients).toEqual(['the client']);
  });

  it('trusts its own authority, or nobody has to be trusted', async () => {
    await using service = await testTlsOrigin({ cert: own.cert, key: own.key });
    const url = service.url;
    expect(await run({ url }, {})).toMatchObject({
      message: 'error calling webhook, request failed',
      service_message: expect.stringMatching(/^\[[A-Z_]+\] /),
    });
    expect(await run({ url, ca: base64(ca.cert) }, {})).toMatchObject({ status: 'ok' });
    expect(await run({ url, hasAuth: false, verificationMode: 'none' }, {})).toMatchObject({ status: 'ok' });
  });

  it.each([
    ['crt and key', { crt: base64('no certificate at all'), key: base64('no key at all') }],
    ['pfx', { pfx: base64('no container at all'), password: 'open sesame' }],
    ['a wrong passphrase', { pfx: base64(client.toPfx('open sesame')), password: 'not this one' }],
  ])('fails with what is no %s, and tells nothing of it', async (_, secrets) => {
    await using service = await origin();
    const result = await run({ url: service.url, ...SSL }, secrets);
    expect(result).toMatchObject({ status: 'error', message: 'error calling webhook, request failed' });
    expect(service.clients).toEqual([]);
    const told = JSON.stringify([result, server.logged]);
    for (const secret of Object.values(secrets)) {
      expect(told).not.toContain(secret);
      expect(told).not.toContain(Buffer.from(secret, 'base64').toString());
    }
  });
});

describe('the names of secret headers', () => {
  const path = (id: string) => `/internal/stack_connectors/${id}/secret_headers`;

  it('are told without their values', async () => {
    const secretHeaders = { 'X-Key': 'hidden-1', 'X-Other': 'hidden-2' };
    const id = await created({ url: 'https://abc.def' }, { secretHeaders });
    expect(await call('GET', path(id))).toMatchObject({ status: 200, body: ['X-Key', 'X-Other'] });
  });

  it('are none where there are none', async () => {
    const id = await created({ url: 'https://abc.def' }, {});
    expect(await call('GET', path(id))).toMatchObject({ status: 200, body: [] });
  });

  it('are told of the webhook family only, to who may see the connector', async () => {
    const body = { name: 'log', connector_type_id: '.server-log' };
    const { id } = (await call('POST', '/api/actions/connector', { body })).body;
    const refused = await call('GET', path(id));
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain('Connector must be one of the following types');
    expect((await call('GET', path('none'))).status).toBe(404);
    expect((await call('GET', path(id), { as: null })).status).toBe(401);
  });
});

describe('.webhook with OAuth', () => {
  it('shares one token request among its runs, asks again once it is updated, and tells no token', async () => {
    let given = 0;
    await using remote = await standIn(({ url, headers }) => {
      if (url !== '/token') return { status: 500, body: JSON.stringify({ message: headers.authorization }) };
      given++;
      return { body: JSON.stringify({ token_type: 'Bearer', access_token: `test-token-${given}` }) };
    });
    const config = {
      url: `${remote.url}/hook`,
      authType: 'webhook-oauth2-client-credentials',
      accessTokenUrl: `${remote.url}/token`,
      clientId: 'id',
    };
    const secrets = { clientSecret: 'the client secret' };
    const id = await created(config, secrets);
    const execute = () => call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: {} } });
    const answers = await Promise.all([execute(), execute(), execute(), execute()]);
    answers.push(await execute());
    expect(given).toBe(1);
    const echoed = '[500] Internal Server Error: [redacted]';
    expect(answers.map(({ body }) => body.service_message)).toEqual(Array(5).fill(echoed));

    await call('PUT', `/api/actions/connector/${id}`, { body: { name: 'hook', config, secrets } });
    await execute();
    const sent = remote.received
      .filter(({ url }) => url === '/hook')
      .map(({ headers }) => headers.authorization);
    expect(sent).toEqual([...Array(5).fill('Bearer test-token-1'), 'Bearer test-token-2']);
    expect(JSON.stringify([answers, server.logged])).not.toContain('test-token');
  });
});

describe('.webhook with signing keys of its own', () => {
  it('signs what it sends', async () => {
    await using remote = await standIn();
    const id = await created({ url: remote.url }, {});
    const keys = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];
    const settings = { signing: { enabled: true }, secrets: { signing_keys: keys } };
    const put = await call('PUT', `/api/patchbay/connectors/${id}/settings`, { body: settings });
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    await call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: { body: 'signed' } } });
    const headers = remote.received[0]?.headers ?? {};
    const sentAt = new Date(Number(headers['webhook-timestamp']) * 1000);
    const messageId = headers['webhook-id'] ?? '';
    expect(messageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers).toMatchObject(standardWebhooksHeaders({ id: messageId, sentAt, body: 'signed', keys }));
  });
});
