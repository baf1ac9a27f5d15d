import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { standIn } from '@patchbay/kit/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, PASSWORD } from './call.ts';
import { killGroup, type Started, start, until } from './checkout.ts';

/** The server as a process: how it starts, what it refuses, how it ends. */

const root = join(import.meta.dirname, '..');

let data: string;
let started: Started[];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'patchbay-lifecycle-'));
  started = [];
});

afterEach(() => {
  for (const server of started) killGroup(server);
  rmSync(data, { recursive: true, force: true });
});

function launch(env: NodeJS.ProcessEnv = {}, args: string[] = []): Started {
  const flags = ['--disable-warning=ExperimentalWarning', 'packages/server/src/main.js', ...args];
  const server = start(process.execPath, flags, root, {
    SERVER_PORT: '0',
    PATH_DATA: data,
    ELASTIC_PASSWORD: PASSWORD,
    ...env,
  });
  started.push(server);
  return server;
}

async function ready(server: Started): Promise<string> {
  await until(
    server.output,
    () => server.output().includes('is ready') || server.child.exitCode !== null,
    20_000,
  );
  const url = /URL:\s+(\S+)/.exec(server.output())?.[1];
  if (url === undefined) throw new Error(server.output());
  return url;
}

const createWebhook = (url: string, id: string, target: string) =>
  call(url, 'POST', `/api/actions/connector/${id}`, {
    name: id,
    connector_type_id: '.webhook',
    config: { url: target },
    secrets: { user: 'somebody', password: 'a-planted-secret' },
  });

const execute = (url: string, id: string) =>
  call(url, 'POST', `/api/actions/connector/${id}/_execute`, { params: { body: 'hello' } });

/** Name to hash of every file in the data folder. */
function fingerprint(): Record<string, string> {
  const hash = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(data, file)))
      .digest('hex');
  return Object.fromEntries(readdirSync(data).map((file) => [file, hash(file)]));
}

async function stop(server: Started, signal: NodeJS.Signals): Promise<number | null> {
  server.child.kill(signal);
  return server.exited;
}

async function refusal(env: NodeJS.ProcessEnv, args: string[] = []): Promise<string> {
  const server = launch(env, args);
  expect(await server.exited).toBe(1);
  expect(server.output()).not.toMatch(/\n\s+at /);
  return server.output();
}

describe('the first start', () => {
  it('prints a generated password and the place of the key, once', async () => {
    const first = launch({ ELASTIC_PASSWORD: '' });
    await ready(first);
    expect(first.output()).toMatch(/Password: {8}\S{20}/);
    expect(first.output()).toContain(join(data, 'encryption.key'));
    expect(statSync(join(data, 'encryption.key')).mode & 0o777).toBe(0o600);
    expect(statSync(join(data, 'patchbay.sqlite')).mode & 0o777).toBe(0o600);
    await stop(first, 'SIGTERM');

    const second = launch({ ELASTIC_PASSWORD: '' });
    await ready(second);
    expect(second.output()).not.toContain('Password:');
    expect(second.output()).not.toContain('encryption.key');
  });
});

describe('a start that cannot be', () => {
  it('names every mistake in the configuration, a line each', async () => {
    const file = join(data, 'kibana.yml');
    writeFileSync(
      file,
      'server.port: many\nxpack:\n  actions:\n    allowedHost: [x]\n    responseTimeout: soon\nelasticsearch.hosts: [x]\ni18n.locale: en\n',
    );
    const output = await refusal({ SERVER_PORT: undefined }, ['--config', file]);
    expect(output).toContain('server.port: ');
    expect(output).toContain('xpack.actions.allowedHost: unknown setting');
    expect(output).toContain('xpack.actions.responseTimeout: expected a duration');
    expect(output).toContain('elasticsearch.hosts.0: expected an http or https URL');
    expect(output).not.toContain('i18n');
  });

  it('refuses another encryption key and changes nothing', async () => {
    const first = launch();
    await createWebhook(await ready(first), 'kept', 'http://127.0.0.1:1/');
    await stop(first, 'SIGTERM');
    const before = fingerprint();
    const key = 'another-key-of-thirty-two-characters';
    expect(await refusal({ XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY: key })).toContain(
      'The encryption key is not the one that the stored secrets were encrypted with',
    );
    expect(fingerprint()).toMatchObject(before);
  });

  it('refuses to make a new key when the old one is gone', async () => {
    await stopAfterReady();
    rmSync(join(data, 'encryption.key'));
    expect(await refusal({})).toContain('The encryption key is missing');
    expect(readdirSync(data)).not.toContain('encryption.key');
  });

  it.each([
    [
      'is no database',
      () => writeFileSync(join(data, 'patchbay.sqlite'), 'these are notes\n'.repeat(500)),
      'not a SQLite database',
    ],
    ['belongs to another application', foreignDatabase, 'belongs to another application'],
  ])('leaves a file alone that %s', async (_what, make, reason) => {
    make();
    const before = fingerprint();
    expect(await refusal({})).toContain(reason);
    expect(fingerprint()).toEqual(before);
  });

  it('leaves a database of a newer version alone', async () => {
    await stopAfterReady();
    const database = new DatabaseSync(join(data, 'patchbay.sqlite'));
    database.exec('pragma user_version = 99');
    database.close();
    const before = fingerprint();
    expect(await refusal({})).toContain('schema version 99 is newer');
    expect(fingerprint()).toEqual(before);
  });

  it('says that the port is in use, or the database', async () => {
    const url = await ready(launch());
    expect(await refusal({})).toContain('is in use by another process');
    const elsewhere = mkdtempSync(join(tmpdir(), 'patchbay-lifecycle-'));
    try {
      const output = await refusal({ PATH_DATA: elsewhere, SERVER_PORT: new URL(url).port });
      expect(output).toContain('the port is in use');
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('lets a run in flight finish on %s and exits 0', async (signal) => {
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await using vendor = await standIn(async () => {
      arrived.resolve();
      await release.promise;
      return {};
    });
    const server = launch();
    const url = await ready(server);
    await createWebhook(url, 'slow', vendor.url);
    const running = execute(url, 'slow');
    await arrived.promise;
    server.child.kill(signal);
    await until(server.output, () => server.output().includes(`${signal}: stopping`), 5000);
    release.resolve();
    expect(await running).toEqual({
      status: 200,
      body: { connector_id: 'slow', status: 'ok', data: 'hello' },
    });
    expect(await server.exited).toBe(0);
  });

  it('aborts a run that does not end within the limit, answers it, and exits 0', async () => {
    const arrived = Promise.withResolvers<void>();
    await using vendor = await standIn(() => {
      arrived.resolve();
      return new Promise(() => {});
    });
    const server = launch({ SERVER_SHUTDOWNTIMEOUT: '200ms' });
    const url = await ready(server);
    await createWebhook(url, 'hung', vendor.url);
    const running = execute(url, 'hung');
    await arrived.promise;
    server.child.kill('SIGTERM');
    expect((await running).body).toMatchObject({
      status: 'error',
      service_message: '[ERR_CANCELED] canceled',
    });
    expect(await server.exited).toBe(0);
  });

  it('keeps every acknowledged write through kill -9, with secrets that open', async () => {
    await using vendor = await standIn();
    const server = launch();
    const url = await ready(server);
    const acknowledged: string[] = [];
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; ; n++) {
        const id = `w${writer}-${n}`;
        const { status } = await createWebhook(url, id, vendor.url);
        if (status === 200) acknowledged.push(id);
      }
    });
    await until(server.output, () => acknowledged.length >= 60, 20_000);
    killGroup(server);
    await Promise.allSettled(writing);
    await server.exited;

    const again = await ready(launch());
    const { body: connectors } = await call(again, 'GET', '/api/actions/connectors');
    const ids = new Set(connectors.map(({ id }: { id: string }) => id));
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    for (const id of acknowledged) expect((await execute(again, id)).body.status).toBe('ok');
  });

  it('leaves no secret in clear in the data folder', async () => {
    const server = launch();
    await createWebhook(await ready(server), 'secretive', 'http://127.0.0.1:1/');
    const inClear = () =>
      readdirSync(data).filter((file) => readFileSync(join(data, file)).includes('a-planted-secret'));
    expect(inClear()).toEqual([]);
    await stop(server, 'SIGTERM');
    expect(inClear()).toEqual([]);
  });
});

async function stopAfterReady(): Promise<void> {
  const server = launch();
  await ready(server);
  expect(await stop(server, 'SIGTERM')).toBe(0);
}

function foreignDatabase(): void {
  const database = new DatabaseSync(join(data, 'patchbay.sqlite'));
  database.exec('create table notes (text text)');
  database.close();
}
