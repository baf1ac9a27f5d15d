import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandIn, standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, PASSWORD } from './call.ts';
import { killGroup, type Started, start, until } from './checkout.ts';

/**
 * The server is killed (-9) at random instants, amid writes and amid a key rotation, and started again under the other
 * one of two keys. Whatever was acknowledged must be there, and every secret and all params of deliveries must open.
 */

const ROUNDS = 20;
const WRITES_A_ROUND = 55;
const WRITERS = 4;
const KEYS = ['a'.repeat(32), 'b'.repeat(32)] as const;

const root = join(import.meta.dirname, '..');
const data = mkdtempSync(join(tmpdir(), 'patchbay-crash-'));
let vendor: StandIn;
let server: Started | undefined;

beforeAll(async () => {
  vendor = await standIn();
});
afterAll(async () => {
  if (server !== undefined) killGroup(server);
  await vendor.close();
  rmSync(data, { recursive: true, force: true });
});

/** What a connector may be: created, updated, or not there (undefined). More than one while nobody has said. */
const expected = new Map<string, Set<string | undefined>>();
let acknowledged = 0;
/** The ids of deliveries that were accepted, for a time that does not come. */
const accepted: string[] = [];

async function launch(round: number, withFormer = true): Promise<string> {
  const [key, former] = round % 2 === 0 ? KEYS : [KEYS[1], KEYS[0]];
  const started = start(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'packages/server/src/main.js'],
    root,
    {
      SERVER_PORT: '0',
      PATH_DATA: data,
      ELASTIC_PASSWORD: PASSWORD,
      XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY: key,
      ...(withFormer && { XPACK_ENCRYPTEDSAVEDOBJECTS_KEYROTATION_DECRYPTIONONLYKEYS: former }),
    },
  );
  server = started;
  await until(
    started.output,
    () => started.output().includes('is ready') || started.child.exitCode !== null,
    30_000,
  );
  const url = /URL:\s+(\S+)/.exec(started.output())?.[1];
  if (url === undefined) throw new Error(started.output());
  return url;
}

async function kill(): Promise<void> {
  if (server === undefined) return;
  killGroup(server);
  await server.exited;
}

const path = (id: string) => `/api/actions/connector/${id}`;

/**
 * One write after the other, by one writer on connectors of its own, until the server is gone: create, update, then
 * settings put and deleted again, a delivery, and for every second connector a delete.
 */
async function write(url: string, prefix: string): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${prefix}-${n}`;
    const created = connector(id, 'created');
    await acknowledge(id, 'created', () =>
      call(url, 'POST', path(id), { ...created, connector_type_id: '.webhook' }),
    );
    await acknowledge(id, 'updated', () => call(url, 'PUT', path(id), connector(id, 'updated')));
    const settings = `/api/patchbay/connectors/${id}/settings`;
    const proxy = { proxy: { url: 'http://127.0.0.1:1' }, secrets: { proxy_password: 'hush-hush' } };
    await acknowledge(id, 'updated', () => call(url, 'PUT', settings, proxy));
    await acknowledge(id, 'updated', () => call(url, 'DELETE', settings));
    const delivery = { connector_id: id, params: { body: id }, run_at: '2099-01-01T00:00:00Z' };
    await acknowledge(id, 'updated', async () => {
      const { status, body } = await call(url, 'POST', '/api/patchbay/deliveries', delivery);
      if (status === 202) accepted.push(body.id);
      return { status };
    });
    if (n % 2 === 1) await acknowledge(id, undefined, () => call(url, 'DELETE', path(id)));
  }
}

function connector(id: string, password: string) {
  return { name: id, config: { url: vendor.url }, secrets: { user: 'me', password: `${password} ${id}` } };
}

/** Until it is acknowledged a write may have happened or not. */
async function acknowledge(
  id: string,
  next: string | undefined,
  send: () => Promise<{ status: number }>,
): Promise<void> {
  expected.set(id, new Set([...(expected.get(id) ?? [undefined]), next]));
  const { status } = await send();
  if (![200, 202, 204].includes(status)) throw new Error(`a write was answered ${status}`);
  expected.set(id, new Set([next]));
  acknowledged++;
}

/** Runs everything that may be there and looks at what arrives. */
async function verify(url: string): Promise<void> {
  const ids = [...expected.keys()];
  const lost: string[] = [];
  for (let at = 0; at < ids.length; at += 20) {
    await Promise.all(
      ids.slice(at, at + 20).map(async (id) => {
        const possible = expected.get(id) ?? new Set();
        const settings = await call(url, 'DELETE', `/api/patchbay/connectors/${id}/settings`);
        const { status, body } = await call(url, 'POST', `${path(id)}/_execute`, { params: { body: id } });
        const sent = vendor.received.findLast((request) => request.body === id)?.headers.authorization;
        const found =
          status === 404
            ? undefined
            : Buffer.from(sent?.split(' ')[1] ?? '', 'base64')
                .toString('utf8')
                .slice('me:'.length)
                .replace(` ${id}`, '');
        if (!possible.has(found)) lost.push(`${id}: ${settings.status} ${status} ${JSON.stringify(body)}`);
        // From here on this is what it is.
        expected.set(id, new Set([found]));
      }),
    );
  }
  expect(lost).toEqual([]);
  vendor.received.length = 0;
}

async function verifyDeliveries(url: string): Promise<void> {
  expect(accepted.length).toBeGreaterThan(100);
  for (let at = 0; at < accepted.length; at += 20) {
    await Promise.all(
      accepted.slice(at, at + 20).map(async (id) => {
        const { status, body } = await call(url, 'GET', `/api/patchbay/deliveries/${id}?params=true`);
        expect([id, status, body.state, typeof body.params?.body]).toEqual([id, 200, 'ready', 'string']);
      }),
    );
  }
}

it(`keeps every acknowledged write through ${ROUNDS} kills amid writes and key rotations, and every secret opens`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const url = await launch(round);
    await verify(url);
    const before = acknowledged;
    const writing = Array.from({ length: WRITERS }, (_, writer) => write(url, `r${round}w${writer}`));
    const failures = Promise.allSettled(writing);
    await until(
      () => `${acknowledged} writes`,
      () => acknowledged - before >= WRITES_A_ROUND,
      20_000,
    );
    const rotating = call(url, 'POST', '/api/encrypted_saved_objects/_rotate_key?batch_size=100').catch(
      (error) => error,
    );
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    await kill();
    await rotating;
    for (const failure of await failures) {
      // A writer ends because the server is gone, for no other reason.
      expect(String(failure.status === 'rejected' && failure.reason)).toMatch(/fetch failed|terminated/);
    }
  }
  expect(acknowledged).toBeGreaterThanOrEqual(1000);

  const url = await launch(ROUNDS);
  await verify(url);
  const { body } = await call(url, 'POST', '/api/encrypted_saved_objects/_rotate_key');
  expect(body).toMatchObject({ failed: 0, successful: body.total });
  await kill();
  const withoutFormer = await launch(ROUNDS, false);
  await verify(withoutFormer);
  await verifyDeliveries(withoutFormer);
  await kill();
}, 600_000);
