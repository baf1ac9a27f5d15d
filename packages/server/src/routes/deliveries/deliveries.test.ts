import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CallOptions, type TestServer, testServer } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

const path = '/api/patchbay/deliveries';
const LATER = '2099-01-01T00:00:00.000Z';
const PLANTED = 'hush-hush-the-password';

let remote: Awaited<ReturnType<typeof standIn>>;
let server: TestServer;
let reader: string;
/** Whether the remote refuses what it gets. */
let isRefusing = true;

beforeAll(async () => {
  remote = await standIn(() => (isRefusing ? { status: 400 } : {}));
  server = await testServer({ settings: { 'xpack.actions.run.maxAttempts': 1 } });
  await server.call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
  await server.call('POST', '/api/actions/connector/hook', {
    body: {
      name: 'Hook',
      connector_type_id: '.webhook',
      config: { url: remote.url },
      secrets: { user: 'me', password: PLANTED },
    },
  });
  reader = await addUser(server, 'reader', [{ spaces: ['default'], feature: { actions: ['read'] } }]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await remote.close();
});

const call = (method: string, rest = '', options: CallOptions = {}) =>
  server.call(method, `${path}${rest}`, options);

async function enqueue(facts: object = {}): Promise<string> {
  const { status, body } = await call('POST', '', {
    body: { connector_id: 'hook', params: { body: 'hello' }, ...facts },
  });
  expect(status).toBe(202);
  return body.id;
}

const reaches = (id: string, state: string) =>
  vi.waitFor(async () => {
    const { body } = await call('GET', `/${id}`);
    expect(body.state).toBe(state);
    return body;
  });

async function dead(facts: object = {}): Promise<string> {
  isRefusing = true;
  const id = await enqueue(facts);
  await reaches(id, 'dead');
  return id;
}

const find = async (query: string) => (await call('GET', `?${query}`)).body;
const idsOf = (found: { data: { id: string }[] }) => found.data.map(({ id }) => id);

describe('GET /api/patchbay/deliveries/{id}', () => {
  it('tells all of one: who asked, what it came to, and each attempt', async () => {
    const id = await dead({ order_key: 'host 1', idempotency_key: 'get me' });
    expect((await call('GET', `/${id}`)).body).toEqual({
      id,
      connector_id: 'hook',
      connector_type_id: '.webhook',
      state: 'dead',
      reason: expect.stringMatching(/^error calling webhook.*\(failed 1 time\)$/),
      order_key: 'host 1',
      idempotency_key: 'get me',
      source: { kind: 'http_request', user: { name: 'elastic' } },
      origin: null,
      run_at: expect.any(String),
      due_at: null,
      attempt: 1,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      ended_at: expect.any(String),
      attempts: [
        {
          number: 1,
          started_at: expect.any(String),
          ended_at: expect.any(String),
          outcome: 'failed',
          execution_uuid: expect.any(String),
          reason: expect.stringContaining('error calling webhook'),
          next_try_at: null,
        },
      ],
    });
  });

  it('shows the params to those who ask, without a secret that was put there', async () => {
    const params = { body: `my ${PLANTED} in a text` };
    const id = await enqueue({ params, run_at: LATER });
    expect((await call('GET', `/${id}`)).body).not.toHaveProperty('params');
    const shown = await call('GET', `/${id}?params=true`, { as: reader });
    expect(shown.body.params).toEqual({ body: 'my [redacted] in a text' });
  });

  it('is 404 for one of another space, and for none', async () => {
    const id = await enqueue({ run_at: LATER });
    for (const url of [`/s/other${path}/${id}`, `${path}/nothing`]) {
      const { status, body } = await server.call('GET', url);
      expect([status, body.message]).toEqual([404, expect.stringMatching(/^Delivery \[.*\] not found$/)]);
    }
  });
});

describe('GET /api/patchbay/deliveries', () => {
  it('finds by state, keys and connector, the newest first, in pages', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift(await enqueue({ order_key: 'paged', run_at: LATER }));
    const all = await find('order_key=paged');
    expect(all).toMatchObject({ page: 1, per_page: 20, total: 3 });
    expect(idsOf(all)).toEqual(ids);
    expect(all.data[0]).not.toHaveProperty('attempts');
    expect(idsOf(await find('order_key=paged&state=ready'))).toEqual([ids[2]]);
    expect(idsOf(await find('order_key=paged&state=ready&state=blocked'))).toEqual(ids);
    const second = await find('order_key=paged&per_page=2&page=2&connector_id=hook');
    expect(second).toMatchObject({ page: 2, per_page: 2, total: 3, data: [{ id: ids[2] }] });
    expect(idsOf(await find('order_key=paged&connector_id=other'))).toEqual([]);
    const key = await enqueue({ idempotency_key: 'find me', run_at: LATER });
    expect(idsOf(await find('idempotency_key=find%20me'))).toEqual([key]);
  });

  it('finds by when they were created', async () => {
    const id = await enqueue({ order_key: 'timed', run_at: LATER });
    const { created_at: at } = (await call('GET', `/${id}`)).body;
    const withOffset = encodeURIComponent(at.replace('Z', '+00:00'));
    expect(idsOf(await find(`order_key=timed&from=${withOffset}`))).toEqual([id]);
    expect(idsOf(await find(`order_key=timed&to=${at}`))).toEqual([]);
  });

  it.each([
    ['state=lost', '[request query.state]: '],
    ['per_page=101', '[request query.per_page]: '],
    ['from=yesterday', '[request query.from]: '],
    ['page=101&per_page=100', '[request query.page]: pages go no further than 10000 deliveries'],
    ['connector=x', '[request query.connector]: '],
  ])('refuses %s', async (query, message) => {
    expect(await call('GET', `?${query}`)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) },
    });
  });
});

describe('by hand', () => {
  it('cancels one that has not begun, once', async () => {
    const id = await enqueue({ run_at: LATER });
    expect((await call('POST', `/${id}/_cancel`)).body).toMatchObject({ id, state: 'cancelled' });
    expect(await call('POST', `/${id}/_cancel`)).toMatchObject({
      status: 409,
      body: { message: `Delivery [${id}] is cancelled and cannot be cancelled` },
    });
  });

  it('replays a dead one, which then arrives', async () => {
    const id = await dead({ params: { body: 'again' } });
    isRefusing = false;
    expect(await call('POST', `/${id}/_replay`)).toMatchObject({ status: 200, body: { id } });
    expect((await reaches(id, 'delivered')).attempts).toMatchObject([
      { number: 1, outcome: 'failed' },
      { number: 2, outcome: 'delivered' },
    ]);
    const { body } = await call('POST', `/${id}/_replay`);
    expect(body).toMatchObject({ origin: { kind: 'replay', delivery_id: id } });
    await reaches(body.id, 'delivered');
    expect(remote.received.filter((each) => each.body === 'again')).toHaveLength(3);
  });

  it('discards a dead one', async () => {
    const id = await dead();
    expect((await call('POST', `/${id}/_discard`)).body).toMatchObject({ id, state: 'discarded' });
  });

  it('changes all that match, and says how many they were', async () => {
    for (let n = 0; n < 3; n++) await enqueue({ order_key: 'many', run_at: LATER });
    const filter = { order_key: 'many' };
    expect((await call('POST', '/_cancel', { body: { filter } })).body).toEqual({ changed: 3 });
    expect((await call('POST', '/_cancel', { body: { filter } })).body).toEqual({ changed: 0 });
    for (let n = 0; n < 2; n++) await dead({ idempotency_key: `dead ${n}` });
    const one = { filter: { idempotency_key: 'dead 0', state: ['dead'] } };
    expect((await call('POST', '/_discard', { body: one })).body).toEqual({ changed: 1 });
    isRefusing = false;
    expect(
      (await call('POST', '/_replay', { body: { filter: { idempotency_key: 'dead 1' } } })).body,
    ).toEqual({
      changed: 1,
    });
  });

  it('takes an empty filter only where it is said', async () => {
    for (const body of [{ filter: {} }, {}, undefined]) {
      expect(await call('POST', '/_cancel', body && { body })).toMatchObject({ status: 400 });
    }
    expect((await call('POST', '/_cancel', { body: { filter: {} } })).body.message).toBe(
      '[request body.filter]: an empty filter matches everything: say "all": true in its place',
    );
    const elsewhere = await server.call('POST', `/s/other${path}/_cancel`, { body: { all: true } });
    expect(elsewhere).toMatchObject({ status: 200, body: { changed: 0 } });
    const id = await enqueue({ run_at: LATER });
    expect((await call('POST', '/_cancel', { body: { all: true } })).body.changed).toBeGreaterThan(0);
    await reaches(id, 'cancelled');
  });

  it('passes over, and refuses one of, those that the caller may not run', async () => {
    await server.call('POST', '/api/actions/connector/falcon', {
      body: {
        name: 'Falcon',
        connector_type_id: '.crowdstrike',
        config: { url: remote.url },
        secrets: { clientId: 'a', clientSecret: 'b' },
      },
    });
    const params = { subAction: 'getAgentDetails', subActionParams: { ids: ['1'] } };
    const id = await enqueue({ connector_id: 'falcon', params, run_at: LATER });
    const forbidden = { status: 403, body: { message: 'Unauthorized to execute a ".crowdstrike" action' } };
    expect(await call('POST', `/${id}/_cancel`, { as: reader })).toMatchObject(forbidden);
    expect(await call('GET', `/${id}?params=true`, { as: reader })).toMatchObject(forbidden);
    const body = { filter: { connector_id: 'falcon' } };
    expect((await call('POST', '/_cancel', { as: reader, body })).body).toEqual({ changed: 0 });
    expect((await call('POST', '/_cancel', { body })).body).toEqual({ changed: 1 });
  });

  it('is in the audit log, and enqueueing is not', async () => {
    const id = await enqueue({ run_at: LATER });
    await call('POST', `/${id}/_cancel`);
    const audited = server.logged.filter((line) => JSON.stringify(line).includes(id));
    expect(audited).toMatchObject([
      {
        event: { action: 'delivery_cancel', outcome: 'success' },
        kibana: { saved_object: { type: 'delivery', id } },
      },
    ]);
  });
});
