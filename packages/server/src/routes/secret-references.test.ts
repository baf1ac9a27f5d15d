import { createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { basicAuth } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { testCa, testProxy, testTlsOrigin } from '../../../engine/src/testing/index.ts';
import { temporaryFolder, testServer } from '../testing/test-server.ts';

const outside = temporaryFolder();
const folder = join(outside, 'secrets');
mkdirSync(folder);
mkdirSync(join(folder, 'deep'));
const files = {
  [join(folder, 'password')]: 'from-the-file-1\n',
  [join(folder, 'deep', 'password')]: 'from-the-file-2',
  [join(folder, 'large')]: 'x'.repeat(70_000),
  [join(outside, 'password')]: 'not-to-be-read',
};
for (const [path, content] of Object.entries(files)) writeFileSync(path, content);
symlinkSync(join(outside, 'password'), join(folder, 'link'));
afterAll(() => rmSync(outside, { recursive: true }));

const environment: NodeJS.ProcessEnv = {
  TEAM_PASSWORD: 'from-the-environment',
  TEAM_PROXY_TOKEN: 'token-of-the-proxy',
  OTHER: 'not-to-be-read',
};
const remote = await standIn(({ headers }) => ({
  status: headers['x-fail'] === undefined ? 200 : 500,
  body: JSON.stringify({ message: headers.authorization }),
}));
afterAll(() => remote.close());
const server = await testServer({
  environment,
  settings: {
    'patchbay.secretReferences.environment': ['TEAM_*'],
    'patchbay.secretReferences.folders': [folder],
    'xpack.actions.preconfigured': {
      mine: {
        name: 'Mine',
        actionTypeId: '.webhook',
        config: { url: remote.url },
        secrets: { user: 'me', password: '${env:TEAM_PASSWORD}' },
      },
      lost: { name: 'Lost', actionTypeId: '.webhook', config: { url: remote.url, hasAuth: false } },
    },
    'patchbay.connectorSettings': {
      lost: { signing: { enabled: true }, secrets: { signingKeys: ['${env:TEAM_KEY}'] } },
    },
  },
});
afterAll(() => server[Symbol.asyncDispose]());

let count = 0;
async function create(password: string, config: object = {}) {
  const id = `reference-${count++}`;
  const body = {
    name: id,
    connector_type_id: '.webhook',
    config: { url: remote.url, ...config },
    secrets: { user: 'me', password },
  };
  return { id, answer: await server.call('POST', `/api/actions/connector/${id}`, { body }) };
}

const run = (id: string) =>
  server.call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: {} } });

/** The password that arrived last. */
function sent(): string {
  const header = remote.received.at(-1)?.headers.authorization ?? '';
  return Buffer.from(header.split(' ')[1] ?? '', 'base64')
    .toString('utf8')
    .slice('me:'.length);
}

describe('a secret that is a reference', () => {
  it.each([
    ['${env:TEAM_PASSWORD}', 'from-the-environment'],
    [`\${file:${join(folder, 'password')}}`, 'from-the-file-1'],
    [`\${file:${join(folder, 'deep', '..', 'deep', 'password')}}`, 'from-the-file-2'],
    ['x${env:TEAM_PASSWORD}', 'x${env:TEAM_PASSWORD}'],
    ['${TEAM_PASSWORD}', '${TEAM_PASSWORD}'],
  ])('%s is sent as %s', async (reference, password) => {
    const { id, answer } = await create(reference);
    expect(answer.status).toBe(200);
    expect((await run(id)).body.status).toBe('ok');
    expect(sent()).toBe(password);
  });

  it('is looked up anew for every run, and only the reference is stored', async () => {
    const path = join(folder, 'changing');
    writeFileSync(path, 'before-the-change');
    const { id } = await create(`\${file:${path}}`);
    await run(id);
    expect(sent()).toBe('before-the-change');
    writeFileSync(path, 'after-the-change');
    await run(id);
    expect(sent()).toBe('after-the-change');
  });

  it('that leads nowhere any more is a failed run, until somebody mends it', async () => {
    const path = join(folder, 'coming-and-going');
    const reference = `\${file:${path}}`;
    writeFileSync(path, 'there-for-now');
    const { id } = await create(reference);
    rmSync(path);
    const before = remote.received.length;
    const message = `secrets.password: the secret reference ${reference} does not lead to a secret: there is no such file, or patchbay.secretReferences.folders does not allow it`;
    const failure = { connector_id: id, status: 'error', message, retry: true, errorSource: 'user' };
    const gone = await run(id);
    expect(gone).toMatchObject({ status: 200, body: failure });
    expect(Object.keys(gone.body).sort()).toEqual(Object.keys(failure).sort());
    const dry = await server.call('POST', `/api/actions/connector/${id}/_execute?dry_run=true`, {
      body: { params: {} },
    });
    expect(dry).toMatchObject({ status: 200, body: { ...failure, dry_run: true } });
    expect(remote.received).toHaveLength(before);
    writeFileSync(path, 'there-again');
    expect((await run(id)).body.status).toBe('ok');
    expect(sent()).toBe('there-again');
  });

  it('in a test run leads to a secret, or fails the run', async () => {
    const test = (password: string) =>
      server.call('POST', '/api/patchbay/connectors/_test', {
        body: {
          connector_type_id: '.webhook',
          config: { url: remote.url },
          secrets: { user: 'me', password },
          params: {},
        },
      });
    expect((await test('${env:TEAM_PASSWORD}')).body.status).toBe('ok');
    expect(sent()).toBe('from-the-environment');
    expect(await test('${env:OTHER}')).toMatchObject({
      status: 200,
      body: {
        connector_id: '_test',
        status: 'error',
        message:
          'secrets.password: the secret reference ${env:OTHER} does not lead to a secret: patchbay.secretReferences.environment does not allow it',
        retry: true,
        errorSource: 'user',
      },
    });
  });

  it('need not lead anywhere for the names of secret headers to be listed', async () => {
    const path = join(folder, 'header');
    writeFileSync(path, 'header-value');
    const body = {
      name: 'headers',
      connector_type_id: '.webhook',
      config: { url: remote.url, hasAuth: false },
      secrets: { secretHeaders: { 'X-Token': `\${file:${path}}` } },
    };
    const { id } = (await server.call('POST', '/api/actions/connector', { body })).body;
    rmSync(path);
    const names = await server.call('GET', `/internal/stack_connectors/${id}/secret_headers`);
    expect(names).toMatchObject({ status: 200, body: ['X-Token'] });
  });

  it.each([
    ['${env:OTHER}', 'patchbay.secretReferences.environment does not allow it'],
    ['${env:TEAM_NOTHING}', 'there is no such environment variable'],
    [`\${file:${join(outside, 'password')}}`, 'patchbay.secretReferences.folders does not allow it'],
    [`\${file:${join(folder, '..', 'password')}}`, 'patchbay.secretReferences.folders does not allow it'],
    [`\${file:${join(folder, 'link')}}`, 'patchbay.secretReferences.folders does not allow it'],
    [`\${file:${join(folder, 'nothing')}}`, 'there is no such file'],
    [`\${file:${join(folder, 'deep')}}`, 'it is no file'],
    [`\${file:${join(folder, 'large')}}`, 'larger than 65536 bytes'],
  ])('%s is refused', async (reference, why) => {
    const { answer } = await create(reference);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(`secrets.password: the secret reference ${reference}`);
    expect(answer.body.message).toContain(why);
    expect(answer.body.message).not.toContain('not-to-be-read');
  });

  it('works for preconfigured connectors', async () => {
    expect((await run('mine')).body.status).toBe('ok');
    expect(sent()).toBe('from-the-environment');
  });

  it('is taken out of what comes back, as what it leads to', async () => {
    const { id } = await create('${env:TEAM_PASSWORD}', { headers: { 'x-fail': '1' } });
    const { body } = await run(id);
    expect(body.service_message).toContain('[500]');
    const basic = Buffer.from('me:from-the-environment').toString('base64');
    expect(JSON.stringify(body)).not.toContain(basic);
    for (const file of ['patchbay.sqlite', 'patchbay.sqlite-wal']) {
      const bytes = readFileSync(join(server.dataPath, file), 'latin1');
      expect(bytes).not.toContain('from-the-environment');
    }
  });
});

describe('a reference in the settings of a connector', () => {
  const ca = testCa();
  const client = ca.issue({ commonName: 'client' });
  const putSettings = (id: string, body: unknown) =>
    server.call('PUT', `/api/patchbay/connectors/${id}/settings`, { body });
  const keep = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return { path, reference: `\${file:${path}}` };
  };

  it('gives the proxy its credentials and headers', async () => {
    const password = keep('proxy-password', 'password-of-the-proxy\n');
    const authorization = basicAuth({ user: 'me', password: 'password-of-the-proxy' });
    await using proxy = await testProxy({ authorization });
    const { id } = await create('own');
    const secrets = {
      proxy_user: 'me',
      proxy_password: password.reference,
      proxy_headers: { 'X-Token': '${env:TEAM_PROXY_TOKEN}' },
    };
    expect((await putSettings(id, { proxy: { url: proxy.url }, secrets })).status).toBe(200);
    expect((await run(id)).body.status).toBe('ok');
    expect(proxy.tunnels).toMatchObject([{ headers: { 'x-token': 'token-of-the-proxy' } }]);
    rmSync(password.path);
    expect((await run(id)).body).toMatchObject({
      status: 'error',
      message: expect.stringContaining(
        `settings.secrets.proxy_password: the secret reference ${password.reference} does not lead to a secret`,
      ),
      retry: true,
      errorSource: 'user',
    });
  });

  it('is the key and the passphrase of the client certificate, looked up anew for every run', async () => {
    await using origin = await testTlsOrigin({
      ...ca.issue(),
      requestCert: true,
      rejectUnauthorized: true,
      ca: ca.cert,
    });
    const key = keep('key.pem', client.toEncryptedKey('open'));
    const passphrase = keep('passphrase', 'open');
    const { id } = await create('own', { url: origin.url });
    const settings = {
      tls: { certificate_authorities: ca.cert, certificate: client.cert },
      secrets: { tls_key: key.reference, tls_passphrase: passphrase.reference },
    };
    expect((await putSettings(id, settings)).status).toBe(200);
    expect((await run(id)).body.status).toBe('ok');

    writeFileSync(passphrase.path, 'wrong');
    const problem =
      'secrets.tls_key: is no key in PEM that fits the certificate and opens with the passphrase';
    const failed = { status: 'error', message: `settings.${problem}`, retry: true, errorSource: 'user' };
    expect((await run(id)).body).toMatchObject(failed);
    expect(await putSettings(id, settings)).toMatchObject({
      status: 400,
      body: { message: `error validating connector settings: ${problem}` },
    });

    writeFileSync(key.path, client.toEncryptedKey('changed'));
    writeFileSync(passphrase.path, 'changed');
    expect((await run(id)).body.status).toBe('ok');
    expect(origin.clients).toEqual(['client', 'client']);
  });

  it('signs', async () => {
    const bytes = Buffer.alloc(32, 'k');
    const key = keep('signing-key', `whsec_${bytes.toString('base64')}`);
    const { id } = await create('own');
    await putSettings(id, { signing: { enabled: true }, secrets: { signing_keys: [key.reference] } });
    expect((await run(id)).body.status).toBe('ok');
    const { headers } = remote.received.at(-1) ?? {};
    const signed = `${headers?.['webhook-id']}.${headers?.['webhook-timestamp']}.`;
    const signature = createHmac('sha256', bytes).update(signed).digest('base64');
    expect(headers?.['webhook-signature']).toBe(`v1,${signature}`);
  });

  it.each([
    ['tls_pfx', '${env:OTHER}', 'patchbay.secretReferences.environment does not allow it'],
    ['tls_pfx', '${env:TEAM_PASSWORD}', 'secrets.tls_pfx: expected base64'],
    ['signing_keys', ['${env:TEAM_PASSWORD}'], 'secrets.signing_keys.0: expected whsec_'],
  ])('is refused as %s: %s', async (name, reference, why) => {
    const { id } = await create('own');
    const answer = await putSettings(id, { secrets: { [name]: reference } });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(`error validating connector settings: secrets.${name}`);
    expect(answer.body.message).toContain(why);
    expect(answer.body.message).not.toMatch(/not-to-be-read|from-the-environment/);
    expect((await server.call('GET', `/api/patchbay/connectors/${id}/settings`)).body.secrets_set).toEqual(
      [],
    );
  });

  it('of a preconfigured connector is named by its setting', async () => {
    expect((await run('lost')).body).toMatchObject({
      status: 'error',
      message:
        'patchbay.connectorSettings.lost.secrets.signingKeys.0: the secret reference ${env:TEAM_KEY} does not lead to a secret: there is no such environment variable',
    });
  });

  it('is what is stored, and not what it leads to', () => {
    for (const file of ['patchbay.sqlite', 'patchbay.sqlite-wal']) {
      const bytes = readFileSync(join(server.dataPath, file), 'latin1');
      expect(bytes).not.toContain('token-of-the-proxy');
    }
  });
});
