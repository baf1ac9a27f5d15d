import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { rotateKeys } from '@patchbay/engine/key-rotation';
import { openSqliteStore } from '@patchbay/engine/store';
import { openVault } from '@patchbay/engine/vault';
import { standIn } from '@patchbay/kit/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { atTerminal, hasTerminals } from '../testing/at-terminal.ts';
import { runPatchbay } from '../testing/run-patchbay.ts';
import { FIRST_PASSWORD, type TestServer, temporaryFolder, testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const OLD = 'old-key-old-key-old-key-old-key-';
const NEW = 'new-key-new-key-new-key-new-key-';
/** Connectors; there are the settings of one and a delivery besides. */
const COUNT = 250;
const ALL = COUNT + 2;
const rotatePath = '/api/encrypted_saved_objects/_rotate_key';

let dataPath: string;
beforeEach(() => {
  dataPath = temporaryFolder();
});
afterEach(() => rmSync(dataPath, { recursive: true }));

const withKeys = (encryptionKey: string, former: string[] = []) =>
  testServer({
    dataPath,
    settings: {
      'xpack.encryptedSavedObjects.encryptionKey': encryptionKey,
      'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys': former,
    },
  });

/** Connectors with secrets, one with settings, and a delivery, all under the old key. */
async function fill(target: string): Promise<void> {
  await using server = await withKeys(OLD);
  for (let index = 0; index < COUNT; index++) {
    const body = {
      name: 'x',
      connector_type_id: '.webhook',
      config: { url: target },
      secrets: { user: 'me', password: `secret-${index}` },
    };
    expect((await server.call('POST', `/api/actions/connector/c-${index}`, { body })).status).toBe(200);
  }
  await server.call('PUT', '/api/patchbay/connectors/c-0/settings', {
    body: { proxy: { url: 'http://proxy.example' }, secrets: { proxy_password: 'x' } },
  });
  const delivery = { connector_id: 'c-1', params: { body: 'for later' }, run_at: '2099-01-01T00:00:00Z' };
  expect((await server.call('POST', '/api/patchbay/deliveries', { body: delivery })).status).toBe(202);
}

const authorizationOf = (index: number) => `Basic ${Buffer.from(`me:secret-${index}`).toString('base64')}`;

async function run({ call }: TestServer, index: number) {
  const answer = await call('POST', `/api/actions/connector/c-${index}/_execute`, { body: { params: {} } });
  return answer.body.status;
}

it('seals everything anew, after which the former key is not needed', async () => {
  await using remote = await standIn();
  await fill(remote.url);
  {
    await using server = await withKeys(NEW, [OLD]);
    expect(await run(server, 1)).toBe('ok');
    expect((await server.call('GET', '/api/patchbay/keys')).body).toEqual({
      total: ALL,
      under_former_keys: ALL,
      is_rotating: false,
    });
    const connectors = await server.call('POST', `${rotatePath}?batch_size=100&type=action`);
    expect(connectors).toMatchObject({ status: 200, body: { total: COUNT, successful: COUNT, failed: 0 } });
    const rest = await server.call('POST', rotatePath);
    expect(rest.body).toEqual({ total: 2, successful: 2, failed: 0 });
    expect((await server.call('POST', rotatePath)).body).toEqual({ total: 0, successful: 0, failed: 0 });
  }
  await using server = await withKeys(NEW);
  for (const index of [1, 99, 100, COUNT - 1]) expect(await run(server, index)).toBe('ok');
  expect(remote.received.map(({ headers }) => headers.authorization)).toEqual(
    [1, 1, 99, 100, COUNT - 1].map(authorizationOf),
  );
  const [delivery] = (await server.call('GET', '/api/patchbay/deliveries')).body.data;
  const shown = await server.call('GET', `/api/patchbay/deliveries/${delivery.id}?params=true`);
  expect(shown.body.params).toEqual({ body: 'for later' });
  expect((await server.call('GET', '/api/patchbay/connectors/c-0/settings')).body.secrets_set).toEqual([
    'proxy_password',
  ]);
});

it('leaves what no key opens, and says so', async () => {
  await using remote = await standIn();
  await fill(remote.url);
  const database = new DatabaseSync(join(dataPath, 'patchbay.sqlite'));
  database.exec(
    "update connectors set secrets = substr(secrets, 1, length(secrets) - 4) || 'AAAA' where id = 'c-7'",
  );
  database.close();
  await using server = await withKeys(NEW, [OLD]);
  expect((await server.call('POST', rotatePath)).body).toEqual({
    total: ALL,
    successful: ALL - 1,
    failed: 1,
  });
  expect(await run(server, 8)).toBe('ok');
});

it('is for who may manage security, and needs a former key', async () => {
  await using server = await withKeys(NEW);
  const reader = await addUser(server, 'reader', [{ spaces: ['*'], base: ['all'] }]);
  expect((await server.call('POST', rotatePath, { as: reader })).status).toBe(403);
  expect((await server.call('GET', '/api/patchbay/keys', { as: reader })).status).toBe(403);
  const answer = await server.call('POST', rotatePath);
  expect(answer.status).toBe(400);
  expect(answer.body.message).toContain('is not configured to support encryption key rotation');
  expect((await server.call('POST', `${rotatePath}?batch_size=1`)).status).toBe(400);
  expect((await server.call('POST', `${rotatePath}?type=dashboard`)).status).toBe(400);
});

it('is done by the command, of a running server and of a stopped one', async () => {
  await using remote = await standIn();
  await fill(remote.url);
  const environment = {
    PATCHBAY_USER: 'elastic',
    PATCHBAY_PASSWORD: FIRST_PASSWORD,
    PATH_DATA: dataPath,
    XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY: 'third-key-third-key-third-key-third',
    XPACK_ENCRYPTEDSAVEDOBJECTS_KEYROTATION_DECRYPTIONONLYKEYS: NEW,
  };
  {
    await using server = await withKeys(NEW, [OLD]);
    const online = await runPatchbay(['keys', 'rotate', '--url', server.url], { environment });
    expect(online).toEqual({
      exitCode: 0,
      stdout: `encrypted anew: ${ALL} of ${ALL}\n`,
      stderr: '',
    });
    const running = await runPatchbay(['keys', 'rotate', '--offline'], { environment });
    expect(running.exitCode).toBe(1);
    expect(running.stderr).toContain('another process');
  }
  const offline = await runPatchbay(['keys', 'rotate', '--offline', '--json'], { environment });
  expect([offline.exitCode, JSON.parse(offline.stdout)]).toEqual([
    0,
    { total: ALL, successful: ALL, failed: 0 },
  ]);
  expect((await runPatchbay(['keys', 'rotate', '--batch-size', '1'], { environment })).exitCode).toBe(2);
  await using server = await withKeys(environment.XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY);
  expect(await run(server, 5)).toBe('ok');
});

/** What a line is drawn over itself with. */
const REDRAWN = '\r\u001b[K';

/** A rotation that ends after its first batch of 100. */
async function rotateInPart(): Promise<void> {
  const store = openSqliteStore(join(dataPath, 'patchbay.sqlite'));
  const vault = await openVault({ meta: store.meta, encryptionKey: NEW, decryptionOnlyKeys: [OLD] });
  const stop = new Error('stopped');
  const rotation = rotateKeys({
    store,
    vault,
    log: { error: () => {} },
    batchSize: 100,
    onProgress: () => {
      throw stop;
    },
  });
  await expect(rotation).rejects.toBe(stop);
  await store.close();
}

it.skipIf(!hasTerminals)('goes on where it was stopped, and shows at a terminal how far it is', async () => {
  await using remote = await standIn();
  await fill(remote.url);
  await rotateInPart();
  const environment = {
    PATCHBAY_USER: 'elastic',
    PATCHBAY_PASSWORD: FIRST_PASSWORD,
    PATH_DATA: dataPath,
    XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY: NEW,
    XPACK_ENCRYPTEDSAVEDOBJECTS_KEYROTATION_DECRYPTIONONLYKEYS: OLD,
  };
  const rest = ALL - 100;
  const bars = (printed: string) =>
    printed.split(REDRAWN).flatMap((line) => {
      const [, full = '', empty = '', counts] = /^\[(#*)(-*)\] (.+)$/.exec(line) ?? [];
      return counts === undefined ? [] : [[full.length, empty.length, counts]];
    });
  const offline = await atTerminal('keys rotate --offline --batch-size 100', { environment });
  expect(offline.exitCode).toBe(0);
  expect(offline.printed.split(REDRAWN).at(-1)).toBe(`encrypted anew: ${rest} of ${rest}\r\n`);
  expect(bars(offline.printed)).toEqual([
    [0, 40, `0/${rest}`],
    [26, 14, `100/${rest}`],
    [39, 1, `${rest - 2}/${rest}`],
    [40, 0, `${rest - 1}/${rest}`],
    [40, 0, `${rest}/${rest}`],
  ]);

  await using server = await withKeys('third-key-third-key-third-key-third', [NEW]);
  const online = await atTerminal(`keys rotate --url ${server.url}`, { environment });
  expect(online.printed).toContain(`encrypted anew: ${ALL} of ${ALL}`);
  expect(bars(online.printed)[0]).toEqual([0, 40, `0/${ALL}`]);
  expect(await run(server, 5)).toBe('ok');
});

it('keeps access tokens: nobody is asked for one, or for consent, again', async () => {
  await using remote = await standIn(({ url }) =>
    url === '/token' ? { body: '{"token_type":"Bearer","access_token":"abc"}' } : {},
  );
  {
    await using server = await withKeys(OLD);
    const config = {
      url: `${remote.url}/hook`,
      authType: 'webhook-oauth2-client-credentials',
      accessTokenUrl: `${remote.url}/token`,
      clientId: 'id',
    };
    const body = {
      name: 'x',
      connector_type_id: '.webhook',
      config,
      secrets: { clientSecret: 'the secret' },
    };
    await server.call('POST', '/api/actions/connector/c-0', { body });
    expect(await run(server, 0)).toBe('ok');
  }
  {
    await using server = await withKeys(NEW, [OLD]);
    const rotated = await server.call('POST', rotatePath);
    expect(rotated.body).toEqual({ total: 1, successful: 1, failed: 0 });
  }
  await using server = await withKeys(NEW);
  expect(await run(server, 0)).toBe('ok');
  expect(remote.received.map(({ url }) => url)).toEqual(['/token', '/hook', '/hook']);
});
