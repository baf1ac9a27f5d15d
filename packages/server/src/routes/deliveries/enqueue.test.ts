import { standIn } from '@patchbay/kit/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { system as systemType } from '../../testing/made-up-types.ts';
import { type CallOptions, type TestServer, testServer, withBuiltIn } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

const path = '/api/patchbay/deliveries';
const LATER = '2099-01-01T00:00:00.000Z';
/** How many the queue takes, so that it is soon full. */
const QUEUE = 30;

let remote: Awaited<ReturnType<typeof standIn>>;
let server: TestServer;

beforeAll(async () => {
  remote = await standIn();
  server = await testServer({
    types: withBuiltIn(systemType),
    settings: { 'xpack.actions.queued.max': QUEUE },
  });
  for (const space of ['', '/s/other']) {
    if (space !== '')
      await server.call('POST', '/api/spaces/space', { body: { id: 'other', name: 'Other' } });
    await server.call('POST', `${space}/api/actions/connector/hook${space && '-of-other'}`, {
      body: { name: 'Hook', connector_type_id: '.webhook', config: { url: remote.url, hasAuth: false } },
    });
  }
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await remote.close();
});

const enqueue = (body: unknown, options: CallOptions = {}) => server.call('POST', path, { body, ...options });
const asked = (facts: object = {}) => ({ connector_id: 'hook', params: { body: 'hello' }, ...facts });

describe('POST /api/patchbay/deliveries', () => {
  it('accepts one with 202, and delivers it', async () => {
    const { status, body } = await enqueue(asked({ params: { body: 'the one' } }));
    expect([status, body]).toEqual([202, { id: expect.any(String), state: 'ready', is_duplicate: false }]);
    await vi.waitFor(() => expect(remote.received.map((each) => each.body)).toContain('the one'));
  });

  it('accepts several, in their order, those of one order key one behind the other', async () => {
    const second = { order_key: 'host-1', run_at: LATER };
    const { status, body } = await enqueue({
      deliveries: [asked({ run_at: LATER }), asked(second), asked(second)],
    });
    expect(status).toBe(202);
    expect(body.deliveries.map((each: { state: string }) => each.state)).toEqual([
      'ready',
      'ready',
      'blocked',
    ]);
  });

  it('gives the first one of an idempotency key, from the body or from the header', async () => {
    const first = await enqueue(asked({ idempotency_key: 'alert 7', run_at: LATER }));
    const again = await enqueue(asked({ idempotency_key: 'alert 7' }));
    expect(again).toMatchObject({ status: 202, body: { id: first.body.id, is_duplicate: true } });
    for (const header of ['alert 7', '"alert 7"']) {
      const { body } = await enqueue(asked(), { headers: { 'idempotency-key': header } });
      expect(body).toEqual({ id: first.body.id, state: 'ready', is_duplicate: true });
    }
  });

  it.each([
    [
      'an unequal key in the body',
      asked({ idempotency_key: 'x' }),
      /^The header Idempotency-Key and the body/,
    ],
    ['several', { deliveries: [asked()] }, /^The header Idempotency-Key is for one delivery/],
  ])('refuses the header beside %s', async (_what, body, message) => {
    const answer = await enqueue(body, { headers: { 'idempotency-key': 'y' } });
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
  });

  it.each<[string, unknown, string]>([
    ['no connector', { params: {} }, '[request body.connector_id]: expected value of type [string]'],
    [
      'unknown keys',
      asked({ when: 'now' }),
      "[request body.when]: Additional properties are not allowed ('when'",
    ],
    ['a time that is none', asked({ run_at: 'tomorrow' }), '[request body.run_at]: '],
    ['a key without a letter', asked({ order_key: '' }), '[request body.order_key]: '],
    ['none', { deliveries: [] }, '[request body.deliveries]: '],
    ['more than 1000', { deliveries: Array(1001).fill(asked()) }, '[request body.deliveries]: '],
    [
      'a mistake in the third',
      { deliveries: [asked(), asked(), { connector_id: 'hook' }] },
      '[request body.deliveries.2.params]: ',
    ],
    [
      'params that the type refuses',
      { deliveries: [asked(), asked({ params: { body: 1 } })] },
      '[1]: error validating action params: ✖ Invalid input: expected string, received number\n  → at body',
    ],
  ])('refuses %s, and says where it is', async (_what, body, message) => {
    const answer = await enqueue(body);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining(message) } });
    expect(answer.body.message.indexOf(message)).toBe(0);
  });

  it('enqueues none of several when one cannot be enqueued', async () => {
    const of = (id: string) => ({
      deliveries: [
        asked({ run_at: LATER, idempotency_key: 'all or none' }),
        { ...asked(), connector_id: id },
      ],
    });
    expect(await enqueue(of('nobody'))).toMatchObject({
      status: 404,
      body: { message: '[1]: Saved object [action/nobody] not found' },
    });
    expect(await enqueue(of('hook-of-other'))).toMatchObject({ status: 404 });
    const { body } = await enqueue(asked({ run_at: LATER, idempotency_key: 'all or none' }));
    expect(body.is_duplicate).toBe(false);
  });

  it('refuses system connectors, with the words of _execute', async () => {
    const refused = { status: 400, body: { message: 'Execution of system action is not allowed' } };
    const system = { connector_id: 'system-connector-.system', params: {} };
    expect(await enqueue(system)).toMatchObject(refused);
    expect(await enqueue({ deliveries: [asked(), system] })).toMatchObject({
      status: 400,
      body: { message: '[1]: Execution of system action is not allowed' },
    });
  });

  it('asks for what _execute asks for: of a type of the sub-feature, more', async () => {
    await server.call('POST', '/api/actions/connector/falcon', {
      body: {
        name: 'Falcon',
        connector_type_id: '.crowdstrike',
        config: { url: remote.url },
        secrets: { clientId: 'a', clientSecret: 'b' },
      },
    });
    const reader = await addUser(server, 'reader', [{ spaces: ['default'], feature: { actions: ['read'] } }]);
    const stranger = await addUser(server, 'stranger', [
      { spaces: ['other'], feature: { actions: ['all'] } },
    ]);
    const falcon = {
      connector_id: 'falcon',
      params: { subAction: 'getAgentDetails', subActionParams: { ids: ['1'] } },
    };
    const later = asked({ run_at: LATER });
    expect((await enqueue(later, { as: reader })).status).toBe(202);
    expect(await enqueue(later, { as: stranger })).toMatchObject({
      status: 403,
      body: { message: 'Unauthorized to execute a ".webhook" action' },
    });
    expect(await enqueue({ deliveries: [later, falcon] }, { as: reader })).toMatchObject({
      status: 403,
      body: { message: '[1]: Unauthorized to execute a ".crowdstrike" action' },
    });
    expect((await enqueue({ ...falcon, run_at: LATER })).status).toBe(202);
  });

  it('enqueues nothing when the queue has no room for all, and says when to try again', async () => {
    const tooMany = { deliveries: Array(QUEUE + 1).fill(asked({ run_at: LATER, idempotency_key: 'full' })) };
    const many = {
      deliveries: tooMany.deliveries.map((each: object, n) => ({ ...each, idempotency_key: `full ${n}` })),
    };
    const answer = await enqueue(many);
    expect(answer).toMatchObject({
      status: 429,
      body: { message: 'The queue of deliveries is full: nothing was enqueued, try again later' },
    });
    expect(answer.headers.get('retry-after')).toBe('10');
    expect((await enqueue(asked({ run_at: LATER, idempotency_key: 'full 0' }))).body.is_duplicate).toBe(
      false,
    );
  });
});
