import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { basicAuth } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { testCa, testProxy, testTlsOrigin } from '../../../engine/src/testing/index.ts';
import { testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const server = await testServer({
  settings: {
    'xpack.actions.allowedHosts': ['127.0.0.1', 'localhost', 'proxy.example'],
    'xpack.actions.preconfigured': { mine: { name: 'Mine', actionTypeId: '.server-log' } },
    'patchbay.connectorSettings': { mine: { timeouts: { response: '5s' } } },
  },
});
afterAll(() => server[Symbol.asyncDispose]());

const ca = testCa();
const client = ca.issue({ commonName: 'client' });
const KEY = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;
let count = 0;

async function connector(config: object = { url: 'http://127.0.0.1:9/' }): Promise<string> {
  const id = `settings-${count++}`;
  const body = { name: id, connector_type_id: '.webhook', config: { hasAuth: false, ...config } };
  const created = await server.call('POST', `/api/actions/connector/${id}`, { body });
  expect(created.status).toBe(200);
  return id;
}

const path = (id: string) => `/api/patchbay/connectors/${id}/settings`;
const put = (id: string, body: unknown) => server.call('PUT', path(id), { body });
const run = async (id: string) =>
  (await server.call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: { body: 'x' } } }))
    .body;

const all = {
  proxy: { url: 'http://proxy.example:3128' },
  tls: { verification_mode: 'certificate', certificate_authorities: ca.cert, certificate: client.cert },
  timeouts: { connect: '1s', response: '5s' },
  redirects: { max: 3, cross_origin: false },
  signing: { enabled: true },
};
const secrets = {
  proxy_user: 'user-7d1',
  proxy_password: 'password-7d1',
  proxy_headers: { 'X-Team-Token': 'header-7d1' },
  tls_key: client.toEncryptedKey('passphrase-7d1'),
  tls_passphrase: 'passphrase-7d1',
  signing_keys: [KEY],
};

describe('the settings of a connector', () => {
  it('are empty until they are put, replaced as a whole, and gone when deleted', async () => {
    const id = await connector();
    const none = { status: 200, body: { secrets_set: [] } };
    expect(await server.call('GET', path(id))).toMatchObject(none);
    const shown = { ...all, secrets_set: Object.keys(secrets) };
    expect(await put(id, { ...all, secrets })).toMatchObject({ status: 200, body: shown });
    expect((await server.call('GET', path(id))).body).toEqual(shown);
    expect((await put(id, { timeouts: { response: 2000 } })).body).toEqual({
      timeouts: { response: 2000 },
      secrets_set: [],
    });
    expect((await server.call('DELETE', path(id))).status).toBe(204);
    expect(await server.call('GET', path(id))).toMatchObject(none);
  });

  it('stay out of Kibana’s own bodies, live through an update and go with the connector', async () => {
    const id = await connector();
    await put(id, all.timeouts && { timeouts: all.timeouts });
    const url = `/api/actions/connector/${id}`;
    const body = { name: 'new', config: { url: 'http://127.0.0.1:9/x', hasAuth: false } };
    expect((await server.call('PUT', url, { body })).body).not.toHaveProperty('timeouts');
    expect((await server.call('GET', path(id))).body.timeouts).toEqual(all.timeouts);
    await server.call('DELETE', url);
    expect((await server.call('GET', path(id))).status).toBe(404);
    await server.call('POST', url, { body: { ...body, connector_type_id: '.webhook' } });
    expect((await server.call('GET', path(id))).body).toEqual({ secrets_set: [] });
  });

  it('hold no secret in clear in the data folder', async () => {
    await put(await connector(), { ...all, secrets });
    for (const file of ['patchbay.sqlite', 'patchbay.sqlite-wal']) {
      const bytes = readFileSync(join(server.dataPath, file), 'latin1');
      expect(bytes).not.toMatch(/password-7d1|header-7d1|passphrase-7d1/);
      expect(bytes).not.toContain(KEY);
    }
  });

  it.each([
    [{ other: 1 }, "[request body.other]: Additional properties are not allowed ('other' was unexpected)"],
    [{ tls: { verificationMode: 'none' } }, '[request body.tls.verificationMode]: Additional properties'],
    [{ tls: { verification_mode: 'maybe' } }, '[request body.tls.verification_mode]: Invalid option'],
    [{ proxy: { url: 'http://a:b@proxy.example' } }, '[request body.proxy.url]: must not carry credentials'],
    [{ proxy: { url: 'ftp://proxy.example' } }, '[request body.proxy.url]: expected an http or https URL'],
    [{ proxy: { url: 'http://elsewhere' } }, 'target hostname "elsewhere" is not added to the Kibana config'],
    [{ timeouts: { connect: 'soon' } }, '[request body.timeouts.connect]: expected a duration'],
    [{ timeouts: { response: 0 } }, '[request body.timeouts.response]: expected a duration'],
    [{ redirects: { max: 22 } }, '[request body.redirects.max]: Too big'],
    [
      { tls: { certificate_authorities: 'x' } },
      '[request body.tls.certificate_authorities]: expected certif',
    ],
    [{ tls: { certificate: client.cert } }, '[request body.secrets.tls_key]: is needed with a certificate'],
    [{ secrets: { tls_key: client.key } }, '[request body.tls.certificate]: is needed with a key'],
    [
      { tls: { certificate: client.cert }, secrets: { tls_key: ca.issue().key } },
      '[request body.secrets.tls_key]: is no key in PEM that fits the certificate',
    ],
    [
      {
        tls: { certificate: client.cert },
        secrets: { tls_key: client.toEncryptedKey('a'), tls_passphrase: 'b' },
      },
      '[request body.secrets.tls_key]: is no key in PEM that fits the certificate',
    ],
    [
      { tls: { certificate: client.cert }, secrets: { tls_key: client.toEncryptedKey('a') } },
      '[request body.secrets.tls_key]: is no key in PEM that fits the certificate',
    ],
    [
      { secrets: { tls_pfx: client.toPfx('a').toString('base64'), tls_passphrase: 'b' } },
      '[request body.secrets.tls_pfx]: is no PKCS#12 that opens with the passphrase',
    ],
    [
      { secrets: { proxy_password: 'x' } },
      '[request body.secrets.proxy_password]: is of use with a proxy only',
    ],
    [{ signing: { enabled: true } }, '[request body.secrets.signing_keys]: is needed for signing'],
    [{ secrets: { signing_keys: ['whsec_eA=='] } }, '[request body.secrets.signing_keys.0]: expected whsec_'],
    [{ secrets: { signing_keys: [KEY, KEY, KEY] } }, '[request body.secrets.signing_keys]: Too big'],
    [null, '[request body]: expected a plain object value, but found [null] instead.'],
  ])('are refused as %j', async (body, message) => {
    const id = await connector();
    const answer = await put(id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(message);
    expect((await server.call('GET', path(id))).body).toEqual({ secrets_set: [] });
  });

  it('are shown for preconfigured connectors, and not to be changed', async () => {
    expect((await server.call('GET', path('mine'))).body).toEqual({
      timeouts: { response: '5s' },
      secrets_set: [],
    });
    expect(await put('mine', {})).toMatchObject({
      status: 400,
      body: { message: 'Preconfigured action mine can not be updated.' },
    });
  });

  it('need the connector’s space and privileges', async () => {
    const id = await connector();
    await server.call('POST', '/api/spaces/space', { body: { id: 'elsewhere', name: 'Elsewhere' } });
    expect((await server.call('GET', `/s/elsewhere${path(id)}`)).status).toBe(404);
    expect((await server.call('PUT', `/s/elsewhere${path(id)}`, { body: {} })).status).toBe(404);
    expect((await put('unknown', {})).body.message).toBe('Saved object [action/unknown] not found');
    const reader = await addUser(server, 'reader', [{ spaces: ['*'], feature: { actions: ['read'] } }]);
    const nobody = await addUser(server, 'nobody', [{ spaces: ['*'], feature: { cases: ['all'] } }]);
    const as = async (who: string) =>
      Promise.all(
        ['GET', 'PUT', 'DELETE'].map(
          async (method) =>
            (await server.call(method, path(id), { as: who, ...(method === 'PUT' && { body: {} }) })).status,
        ),
      );
    expect(await as(reader)).toEqual([200, 403, 403]);
    expect(await as(nobody)).toEqual([403, 403, 403]);
  });
});

describe('a run', () => {
  it('goes through the connector’s proxy, with its credentials', async () => {
    const authorization = basicAuth({ user: 'proxy-user', password: 'proxy-password' });
    await using proxy = await testProxy({ authorization });
    await using origin = await standIn();
    const id = await connector({ url: origin.url });
    await put(id, {
      proxy: { url: proxy.url },
      secrets: { proxy_user: 'proxy-user', proxy_password: 'proxy-password' },
    });
    expect(await run(id)).toMatchObject({ status: 'ok' });
    expect(proxy.tunnels).toHaveLength(1);
    await server.call('DELETE', path(id));
    expect(await run(id)).toMatchObject({ status: 'ok' });
    expect(proxy.tunnels).toHaveLength(1);
  });

  it('shows the connector’s certificate and trusts its authority', async () => {
    await using origin = await testTlsOrigin({
      ...ca.issue(),
      requestCert: true,
      rejectUnauthorized: true,
      ca: ca.cert,
    });
    const id = await connector({ url: origin.url });
    expect(await run(id)).toMatchObject({ status: 'error' });
    await put(id, {
      tls: { certificate_authorities: ca.cert, certificate: client.cert },
      secrets: { tls_key: client.key },
    });
    expect(await run(id)).toMatchObject({ status: 'ok' });
    await put(id, {
      tls: { certificate_authorities: ca.cert },
      secrets: { tls_pfx: client.toPfx('open').toString('base64'), tls_passphrase: 'open' },
    });
    expect(await run(id)).toMatchObject({ status: 'ok' });
    expect(origin.clients).toEqual(['client', 'client']);
  });

  it('ends after the connector’s time-out and follows its redirect policy', async () => {
    await using silent = await standIn(() => new Promise(() => {}));
    const slow = await connector({ url: silent.url });
    await put(slow, { timeouts: { response: '100ms' } });
    expect(await run(slow)).toMatchObject({
      service_message: '[ECONNABORTED] timeout of 100ms exceeded',
    });
    await using target = await standIn();
    await using origin = await standIn(() => ({ status: 307, headers: { location: `${target.url}/` } }));
    const moving = await connector({ url: origin.url });
    await put(moving, { redirects: { cross_origin: false } });
    expect((await run(moving)).service_message).toContain('do not allow another origin');
    await put(moving, { redirects: { max: 0 } });
    expect((await run(moving)).service_message).toContain('[307]');
    expect(target.received).toHaveLength(0);
    await put(moving, { redirects: { max: 1 } });
    expect(await run(moving)).toMatchObject({ status: 'ok' });
  });
});

describe('the delivery settings of a connector', () => {
  const everything = {
    retry: { max_attempts: 7, max_age: '2h', backoff: { initial: '1s', max: '5m' } },
    rate_limit: { limit: 60, window: '1m', burst: 10 },
    concurrency: 3,
    breaker: { enabled: true, failures: 5, window: '10m', cooldown: '30s' },
  };
  const fallback = (id: string) => ({ delivery: { fallback: { connector_id: id } } });
  const notices = (id: string) => ({ delivery: { notices: { connector_id: id } } });

  it('are kept as they were put', async () => {
    const [id, other] = [await connector(), await connector()];
    const delivery = {
      ...everything,
      fallback: { connector_id: other, params: { body: 'camelKey: {{{reason}}}', someMap: { aB: 1 } } },
      notices: { connector_id: 'mine', params: { message: 'x' } },
    };
    expect(await put(id, { delivery })).toMatchObject({ status: 200 });
    expect((await server.call('GET', path(id))).body).toEqual({ delivery, secrets_set: [] });
  });

  it.each([
    [{ retry: { max_attempts: 0 } }, 'retry.max_attempts]: Too small'],
    [{ retry: { max_attempts: 101 } }, 'retry.max_attempts]: Too big'],
    [{ retry: { max_age: 'long' } }, 'retry.max_age]: expected a duration'],
    [
      { retry: { backoff: { initial: '1s' } } },
      'retry.backoff.max]: expected value of type [string] but got [undefined]',
    ],
    [
      { retry: { backoff: { initial: '5s', max: '1s' } } },
      'retry.backoff.max]: must not be less than initial',
    ],
    [{ rate_limit: { limit: 0, window: '1m' } }, 'rate_limit.limit]: Too small'],
    [{ rate_limit: { limit: 1, window: '1m', burst: 2 } }, 'rate_limit.burst]: must not be more than limit'],
    [{ concurrency: 0 }, 'concurrency]: Too small'],
    [{ breaker: { cooldown: 0 } }, 'breaker.cooldown]: expected a duration'],
    [{ breaker: { on: true } }, 'breaker.on]: Additional properties are not allowed'],
    [{ fallback: { params: {} } }, 'fallback.connector_id]: expected value of type [string]'],
  ])('are refused with the path of what is wrong: %j', async (delivery, message) => {
    const { status, body } = await put(await connector(), { delivery });
    expect(status).toBe(400);
    expect(body.message).toContain(`[request body.delivery.${message}`);
  });

  it('name no connector that is not there, or that needs params of its own', async () => {
    const id = await connector();
    const because = async (body: unknown) => (await put(id, body)).body.message;
    const refused = 'error validating connector settings: delivery.';
    expect(await because(fallback('gone'))).toBe(
      `${refused}fallback.connector_id: there is no connector "gone" in this space`,
    );
    expect(await because(fallback('mine'))).toBe(
      `${refused}fallback.params: is needed, since "mine" is of another type`,
    );
    expect((await put(id, notices('mine'))).status).toBe(200);
  });

  it('do not lead back to the connector, by whichever way', async () => {
    const [a, b, c] = [await connector(), await connector(), await connector()];
    const loop = (part: string, ...way: string[]) =>
      `error validating connector settings: delivery.${part}.connector_id: would lead back to this connector: ${way.join(' -> ')}`;
    expect((await put(a, fallback(a))).body.message).toBe(loop('fallback', a, a));
    expect((await put(a, notices(a))).body.message).toBe(loop('notices', a, a));
    expect((await put(a, fallback(b))).status).toBe(200);
    expect((await put(b, notices(c))).status).toBe(200);
    const { status, body } = await put(c, fallback(a));
    expect(status).toBe(400);
    expect(body.message).toBe(loop('fallback', c, a, b, c));
    expect((await server.call('GET', path(c))).body).toEqual({ secrets_set: [] });
  });

  it('keep no connector from being deleted that they name', async () => {
    const [id, other] = [await connector(), await connector()];
    await put(id, fallback(other));
    expect((await server.call('DELETE', `/api/actions/connector/${other}`)).status).toBe(204);
    expect(await run(id)).toMatchObject({
      status: 'error',
      message: expect.stringContaining('calling webhook'),
    });
    expect((await server.call('GET', path(id))).body.delivery.fallback).toEqual({ connector_id: other });
  });
});

it('preconfigured connectors that stand in for each other in a circle stop the start', async () => {
  const entry = { name: 'Mine', actionTypeId: '.server-log' };
  await expect(
    testServer({
      settings: {
        'xpack.actions.preconfigured': { one: entry, two: entry },
        'patchbay.connectorSettings': {
          one: { delivery: { fallback: { connectorId: 'two' } } },
          two: { delivery: { notices: { connectorId: 'one' } } },
        },
      },
    }),
  ).rejects.toThrow('patchbay.connectorSettings.one.delivery: would lead back to it: one -> two -> one');
});

it('settings of a preconfigured connector that is not there, or that are wrong, stop the start', async () => {
  await expect(testServer({ settings: { 'patchbay.connectorSettings': { nobody: {} } } })).rejects.toThrow(
    'patchbay.connectorSettings.nobody: there is no preconfigured connector of this id',
  );
  await expect(
    testServer({
      settings: {
        'xpack.actions.preconfigured': { mine: { name: 'Mine', actionTypeId: '.server-log' } },
        'patchbay.connectorSettings': { mine: { timeouts: { response: 'soon' } } },
      },
    }),
  ).rejects.toThrow('patchbay.connectorSettings.mine.timeouts.response: expected a duration');
});
