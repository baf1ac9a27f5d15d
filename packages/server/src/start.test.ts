import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '@patchbay/engine/errors';
import { defineConnectorType } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type TestServer, temporaryFolder, testServer } from './testing/test-server.ts';
import { addApiKey, addUser } from './testing/users.ts';

const KEY_A = 'a'.repeat(32);
const KEY_B = 'b'.repeat(32);
const encryptionKey = 'xpack.encryptedSavedObjects.encryptionKey';
const formerKeys = 'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys';

describe('the very first start', () => {
  it('makes up a password and says it once', async () => {
    const dataPath = temporaryFolder();
    const first = await testServer({ dataPath, firstPassword: null });
    expect(first.generatedPassword).toMatch(/^[\w-]{20}$/);
    const as = `elastic:${first.generatedPassword}`;
    expect((await first.call('GET', '/internal/security/me', { as })).status).toBe(200);
    expect(JSON.stringify(first.logged)).not.toContain(first.generatedPassword);
    await first.stop();

    await using second = await testServer({ dataPath, firstPassword: 'too late' });
    expect(second.generatedPassword).toBeUndefined();
    expect((await second.call('GET', '/internal/security/me', { as })).status).toBe(200);
    expect((await second.call('GET', '/internal/security/me', { as: 'elastic:too late' })).status).toBe(401);
  });

  it('takes the password that it is given', async () => {
    await using server = await testServer({ firstPassword: 'given-password' });
    expect(server.generatedPassword).toBeUndefined();
    const answer = await server.call('GET', '/internal/security/me', { as: 'elastic:given-password' });
    expect(answer.status).toBe(200);
  });

  it('makes the data folder and an encryption key that only its owner may read', async () => {
    const dataPath = join(temporaryFolder(), 'not', 'there', 'yet');
    const first = await testServer({ dataPath });
    expect(first.newKeyFile).toBe(join(dataPath, 'encryption.key'));
    expect(statSync(first.newKeyFile ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(dataPath).mode & 0o777).toBe(0o700);
    await first.stop();
    await using second = await testServer({ dataPath });
    expect(second.newKeyFile).toBeUndefined();
  });

  it('writes no key file where the configuration has the key', async () => {
    await using server = await testServer({ settings: { [encryptionKey]: KEY_A } });
    expect(server.newKeyFile).toBeUndefined();
    expect(existsSync(join(server.dataPath, 'encryption.key'))).toBe(false);
  });
});

describe('a restart', () => {
  it('finds connectors with their secrets, spaces, users, roles and API keys as they were', async () => {
    await using vendor = await standIn();
    const dataPath = temporaryFolder();
    const first = await testServer({ dataPath });
    await first.call('POST', '/api/spaces/space', { body: { id: 'team', name: 'Team' } });
    const path = '/s/team/api/actions/connector/kept';
    const created = await first.call('POST', path, {
      body: {
        name: 'Kept',
        connector_type_id: '.webhook',
        config: { url: vendor.url },
        secrets: { user: 'bob', password: 'secret' },
      },
    });
    const reader = await addUser(first, 'reader', [{ spaces: ['team'], feature: { actions: ['read'] } }]);
    const key = await addApiKey(first, reader, { name: 'k' });
    await first.stop();

    await using second = await testServer({ dataPath });
    for (const as of [reader, key]) {
      expect((await second.call('GET', path, { as })).body).toEqual(created.body);
      const ran = await second.call('POST', `${path}/_execute`, { as, body: { params: { body: 'x' } } });
      expect(ran.body).toEqual({ connector_id: 'kept', status: 'ok', data: 'x' });
      expect((await second.call('DELETE', path, { as })).status).toBe(403);
    }
    const authorization = `Basic ${Buffer.from('bob:secret').toString('base64')}`;
    expect(vendor.received.map(({ headers }) => headers.authorization)).toEqual([
      authorization,
      authorization,
    ]);
  });

  it('is refused with another encryption key, and nothing is changed', async () => {
    const dataPath = temporaryFolder();
    const start = (settings: Record<string, unknown>) => testServer({ dataPath, settings });
    const path = '/api/actions/connector/kept';
    const first = await start({ [encryptionKey]: KEY_A });
    await first.call('POST', path, {
      body: { name: 'x', connector_type_id: '.slack', secrets: { webhookUrl: 'http://127.0.0.1:1' } },
    });
    await first.stop();

    const refused = start({ [encryptionKey]: KEY_B });
    await expect(refused).rejects.toThrow(StartupError);
    await expect(refused).rejects.toThrow(
      'The encryption key is not the one that the stored secrets were encrypted with.',
    );

    const again = await start({ [encryptionKey]: KEY_A });
    expect((await run(again, path)).body.message).toBe('error posting slack message');
    await again.stop();
  });

  it('opens secrets with a former key, and says which do not open once that one is gone', async () => {
    const dataPath = temporaryFolder();
    const start = (settings: Record<string, unknown>) => testServer({ dataPath, settings });
    const path = '/api/actions/connector/kept';
    const secrets = { webhookUrl: 'http://127.0.0.1:1' };
    const first = await start({ [encryptionKey]: KEY_A });
    await first.call('POST', path, { body: { name: 'x', connector_type_id: '.slack', secrets } });
    await first.stop();

    const rotated = await start({ [encryptionKey]: KEY_B, [formerKeys]: [KEY_A] });
    expect((await run(rotated, path)).body.message).toBe('error posting slack message');
    await rotated.stop();

    await using later = await start({ [encryptionKey]: KEY_B });
    expect((await run(later, path)).body).toEqual({
      statusCode: 500,
      error: 'Internal Server Error',
      message: 'Unable to decrypt attribute "secrets" of saved object "action,kept"',
    });
    await later.call('PUT', path, { body: { name: 'x', secrets } });
    expect((await run(later, path)).body.message).toBe('error posting slack message');
  });

  it('is refused when the generated key is lost', async () => {
    const dataPath = temporaryFolder();
    const first = await testServer({ dataPath });
    await first.stop();
    rmSync(join(dataPath, 'encryption.key'));
    await expect(testServer({ dataPath })).rejects.toThrow(StartupError);
    expect(existsSync(join(dataPath, 'encryption.key'))).toBe(false);
  });
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');

describe('a start', () => {
  it('says when the port is in use, and lets go of its data', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const dataPath = temporaryFolder();
    const started = testServer({ dataPath, settings: { 'server.port': port } });
    await expect(started).rejects.toThrow(
      new StartupError(`Cannot listen on 127.0.0.1:${port}: the port is in use.`),
    );
    other.close();
    await using again = await testServer({ dataPath, settings: { 'server.port': port } });
    expect(again.url).toBe(`http://127.0.0.1:${port}`);
  });

  it.skipIf(!hasIpv6)('listens on an IPv6 address and gives a URL that can be called', async () => {
    await using server = await testServer({ settings: { 'server.host': '::1' } });
    expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await server.call('GET', '/api/status')).status).toBe(200);
  });

  it('is refused where a type is declared twice, and lets go of its data', async () => {
    const dataPath = temporaryFolder();
    const twice = [gated().type, gated().type];
    await expect(testServer({ dataPath, types: twice })).rejects.toThrow('".gated" is registered twice');
    await using again = await testServer({ dataPath });
    expect(again.url).toMatch(/^http/);
  });

  it('is refused where its database is not a file, and leaves it alone', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'patchbay.sqlite'));
    await expect(testServer({ dataPath: folder })).rejects.toThrow(StartupError);
    expect(readdirSync(folder)).toEqual(['patchbay.sqlite']);
  });
});

/** Less than a client here keeps a connection open for. */
const KEPT_MS = 3000;

describe('a stop', () => {
  it('lets a run in flight end and answers it, and takes no new connection', async () => {
    const { type, started, open } = gated();
    await using server = await testServer({ types: [type] });
    await create(server);
    const answer = server.call('POST', `${path}/_execute`, { body: { params: {} } });
    await vi.waitFor(() => expect(started).toHaveBeenCalledOnce());
    const stopped = server.stop();
    await vi.waitFor(() => expect(server.call('GET', '/api/status')).rejects.toThrow('ECONNREFUSED'));
    open();
    expect((await answer).body).toEqual({ connector_id: 'gated', status: 'ok', data: 'went through' });
    const before = Date.now();
    await stopped;
    expect(Date.now() - before).toBeLessThan(KEPT_MS);
  });

  it('aborts a run that does not end within the limit, and answers it', async () => {
    const { type, started } = gated();
    await using server = await testServer({ types: [type], settings: { 'server.shutdownTimeout': '50ms' } });
    await create(server);
    const answer = server.call('POST', `${path}/_execute`, { body: { params: {} } });
    await vi.waitFor(() => expect(started).toHaveBeenCalledOnce());
    await server.stop();
    expect((await answer).body).toEqual({
      connector_id: 'gated',
      status: 'error',
      message: 'an error occurred while running the action',
      service_message: 'stopped at the gate',
      retry: true,
      errorSource: 'framework',
    });
    expect(server.logged).toContainEqual(
      expect.objectContaining({
        level: 40,
        msg: 'stopping: 1 runs did not end within the limit and are aborted',
      }),
    );
  });

  it('does not wait for a run that will not be aborted', async () => {
    const { type, started } = gated({ heedsAbort: false });
    await using server = await testServer({ types: [type], settings: { 'server.shutdownTimeout': 0 } });
    await create(server);
    const answer = server.call('POST', `${path}/_execute`, { body: { params: {} } });
    const cut = expect(answer).rejects.toThrow('socket hang up');
    await vi.waitFor(() => expect(started).toHaveBeenCalledOnce());
    await server.stop();
    await cut;
  });

  it('does not wait for clients that keep their connection', async () => {
    const server = await testServer();
    await server.call('GET', '/api/status');
    const before = Date.now();
    await server[Symbol.asyncDispose]();
    expect(Date.now() - before).toBeLessThan(KEPT_MS);
  });
});

/** Nobody listens where its webhook is. */
const run = ({ call }: Pick<TestServer, 'call'>, slack: string) =>
  call('POST', `${slack}/_execute`, { body: { params: { message: 'x' } } });

const path = '/api/actions/connector/gated';

const create = ({ call }: Pick<TestServer, 'call'>) =>
  call('POST', path, { body: { name: 'x', connector_type_id: '.gated' } });

/** A type whose run waits until it is let through, or aborted. */
function gated({ heedsAbort = true } = {}) {
  const started = vi.fn();
  const gate = Promise.withResolvers<string>();
  const type = defineConnectorType({
    id: '.gated',
    name: 'Gated',
    minimumLicense: 'basic',
    features: ['alerting'],
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: z.strictObject({}),
    execute({ signal }) {
      started();
      if (heedsAbort) signal.addEventListener('abort', () => gate.reject(new Error('stopped at the gate')));
      return gate.promise;
    },
  });
  return { type, started, open: () => gate.resolve('went through') };
}
