import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestServer, testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const LATER = '2099-01-01T00:00:00.000Z';
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

let remote: Awaited<ReturnType<typeof standIn>>;
let server: TestServer;
let status = 200;

beforeAll(async () => {
  remote = await standIn(() => ({ status }));
  server = await testServer({ settings: { 'xpack.actions.run.maxAttempts': 2 } });
  await server.call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
  for (const id of ['works', 'fails', 'breaks', 'limited', 'idle', 'stopped']) {
    await server.call('POST', `/api/actions/connector/${id}`, {
      body: {
        name: id,
        connector_type_id: '.webhook',
        config: { url: remote.url, hasAuth: false },
        secrets: {},
      },
    });
  }
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await remote.close();
});

const why = async (query: string) => (await server.call('GET', `/api/patchbay/why?${query}`)).body;

async function enqueue(connectorId: string, facts: object = {}): Promise<string> {
  const body = { connector_id: connectorId, params: { body: 'x' }, ...facts };
  return (await server.call('POST', '/api/patchbay/deliveries', { body })).body.id;
}

const settle = (connectorId: string, delivery: object) =>
  server.call('PUT', `/api/patchbay/connectors/${connectorId}/settings`, { body: { delivery } });

/** The answer, once it is that. */
const whyOnce = (query: string, reason: string) =>
  vi.waitFor(async () => {
    const body = await why(query);
    expect(body.reason).toBe(reason);
    return body;
  });

describe('why a delivery arrived or did not', () => {
  it('arrived, and how', async () => {
    status = 200;
    const id = await enqueue('works');
    expect(await whyOnce(`delivery_id=${id}`, 'delivered')).toEqual({
      connector_id: 'works',
      delivery: expect.objectContaining({ id, state: 'delivered' }),
      status: 'arrived',
      reason: 'delivered',
      text: 'delivered by attempt 1',
      also: [],
      chain: [
        { at: TIME, kind: 'accepted', delivery_id: id, text: 'accepted from elastic' },
        {
          at: TIME,
          kind: 'attempt',
          delivery_id: id,
          execution_uuid: expect.any(String),
          text: 'attempt 1 came through',
        },
        { at: TIME, kind: 'delivered', delivery_id: id, text: 'delivered' },
      ],
    });
  });

  it('is to be tried again, with the failure and when', async () => {
    status = 503;
    const id = await enqueue('fails');
    const body = await whyOnce(`delivery_id=${id}`, 'retrying');
    expect(body).toMatchObject({ status: 'waiting', until: TIME });
    expect(body.text).toMatch(/^to be tried again at .*, after: error calling webhook/);
    expect(body.chain.at(-1).text).toMatch(/^attempt 1 failed: .*; next try at \d{4}/);
  });

  it('was refused for good, and its dead letter replayed', async () => {
    await settle('works', { retry: { max_attempts: 1 } });
    status = 400;
    const id = await enqueue('works');
    const body = await whyOnce(`delivery_id=${id}`, 'dead');
    expect(body.text).toMatch(/^given up: error calling webhook.*\(failed 1 time\)$/);
    status = 200;
    await server.call('POST', `/api/patchbay/deliveries/${id}/_replay`);
    const after = await whyOnce(`delivery_id=${id}`, 'delivered');
    expect(after.chain.map(({ kind }: { kind: string }) => kind)).toEqual([
      'accepted',
      'attempt',
      'replayed',
      'attempt',
      'delivered',
    ]);
  });

  it('waits for its time, for the one before it, or was taken back', async () => {
    const first = await enqueue('idle', { order_key: 'k', run_at: LATER });
    const second = await enqueue('idle', { order_key: 'k' });
    expect(await why(`delivery_id=${first}`)).toMatchObject({ reason: 'scheduled', until: LATER });
    expect(await why(`delivery_id=${second}`)).toMatchObject({
      reason: 'order',
      text: `waits for ${first}, which has the same order key and is ready`,
    });
    await server.call('POST', `/api/patchbay/deliveries/${second}/_cancel`);
    expect(await why(`delivery_id=${second}`)).toMatchObject({ reason: 'cancelled', status: 'not_arrived' });
    await server.call('POST', `/api/patchbay/deliveries/${first}/_cancel`);
  });

  it('is held back by the circuit breaker', async () => {
    await settle('breaks', { breaker: { failures: 1, cooldown: '10m' } });
    status = 503;
    await enqueue('breaks');
    await whyOnce('connector_id=breaks', 'breaker_open');
    const id = await enqueue('breaks');
    const body = await why(`delivery_id=${id}`);
    expect(body).toMatchObject({ status: 'waiting', reason: 'breaker_open', until: TIME });
    expect(body.text).toMatch(/after 1 failures in a row: nothing is sent before/);
  });

  it('is held back by the rate limit', async () => {
    status = 200;
    await settle('limited', { rate_limit: { limit: 1, window: '1h', burst: 1 } });
    const [first, second] = [await enqueue('limited'), await enqueue('limited')];
    await whyOnce(`delivery_id=${first}`, 'delivered');
    expect(await whyOnce(`delivery_id=${second}`, 'rate_limited')).toMatchObject({ until: TIME });
  });

  it('can no longer be run, since its connector is gone', async () => {
    await settle('stopped', { rate_limit: { limit: 1, window: '1h', burst: 1 } });
    await whyOnce(`delivery_id=${await enqueue('stopped')}`, 'delivered');
    const id = await enqueue('stopped', { run_at: LATER });
    await server.call('DELETE', '/api/actions/connector/stopped');
    const body = await why(`delivery_id=${id}`);
    expect(body.reason).toBe('scheduled');
  });
});

describe('why nothing came of a connector', () => {
  it('says that nothing was asked of it', async () => {
    await server.call('POST', '/api/actions/connector/unused', {
      body: { name: 'unused', connector_type_id: '.server-log' },
    });
    expect(await why('connector_id=unused')).toEqual({
      connector_id: 'unused',
      status: 'not_arrived',
      reason: 'nothing_sent',
      text: 'nothing has been run by it, as far back as the event log goes',
      also: [],
      chain: [],
    });
  });

  it('tells of runs that belong to no delivery, and why they failed', async () => {
    status = 500;
    await server.call('POST', '/api/actions/connector/idle/_execute', { body: { params: { body: 'x' } } });
    const body = await why('connector_id=idle');
    expect(body).toMatchObject({ status: 'not_arrived', reason: 'failing' });
    expect(body.text).toMatch(/^its last run failed: error calling webhook/);
    expect(body.chain.at(-1)).toMatchObject({ kind: 'run', text: expect.stringMatching(/^a run failed: /) });
  });

  it('is what works, when it works', async () => {
    status = 200;
    await server.call('POST', '/api/actions/connector/works/_execute', { body: { params: { body: 'x' } } });
    const body = await why('connector_id=works');
    expect(body).toMatchObject({ status: 'arrived', reason: 'delivered' });
    expect(body.chain.length).toBeGreaterThan(5);
    expect(body.chain).toEqual(
      body.chain.toSorted((a: { at: string }, b: { at: string }) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    );
  });
});

describe('the question', () => {
  it.each([
    ['', 400, '[request query]: expected either delivery_id or connector_id'],
    ['delivery_id=a&connector_id=b', 400, '[request query]: expected either delivery_id or connector_id'],
    ['delivery_id=nowhere', 404, 'Delivery [nowhere] not found'],
    ['connector_id=nowhere', 404, 'Saved object [action/nowhere] not found'],
  ])('?%s is answered %i', async (query, status, message) => {
    const answer = await server.call('GET', `/api/patchbay/why?${query}`);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  });

  it('is about the space that it is asked in, and for those who may read there', async () => {
    const id = await enqueue('works');
    const ask = (space: string, as?: string) =>
      server.call('GET', `${space}/api/patchbay/why?delivery_id=${id}`, as === undefined ? {} : { as });
    expect((await ask('')).status).toBe(200);
    expect((await ask('/s/other')).status).toBe(404);
    const stranger = await addUser(server, 'stranger', [
      { spaces: ['other'], feature: { actions: ['all'] } },
    ]);
    expect(await ask('', stranger)).toMatchObject({
      status: 403,
      body: { message: 'Unauthorized to get actions' },
    });
  });
});
