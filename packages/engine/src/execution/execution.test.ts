import { ActionError, defineConnectorType, RunError } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { BadRequestError, ForbiddenError, InternalError, NotFoundError } from '../errors/index.ts';
import {
  type NoteType,
  noteType,
  type TestEngine,
  type TestEngineOptions,
  testEngine,
} from '../testing/index.ts';
import type { RunRequest } from './execution.ts';

const SECRET = 'canary-7f3a9c';

afterEach(() => vi.useRealTimers());

/** An engine with one stored connector `c1`, named "My note", of a type that runs `execute`. */
async function open(
  execute: NoteType['execute'] = () => undefined,
  { facts = {}, ...options }: Partial<TestEngineOptions> & { facts?: Partial<NoteType> } = {},
): Promise<TestEngine> {
  const engine = await testEngine({ types: [noteType({ execute, ...facts })], ...options });
  await engine.catalog.create('default', {
    id: 'c1',
    typeId: '.note',
    name: 'My note',
    config: { url: 'a' },
    secrets: { token: SECRET },
  });
  return engine;
}

const run = (engine: TestEngine, request: Partial<RunRequest> = {}) =>
  engine.execution.run({
    spaceId: 'default',
    connectorId: 'c1',
    params: { message: 'hello' },
    source: { kind: 'http_request', user: { name: 'elastic', id: 'u_1' } },
    signal: new AbortController().signal,
    ...request,
  });

/** What the event log has of the runs so far, in short. */
const events = async (engine: TestEngine) =>
  (await engine.documents()).map(({ event, message, error }) => ({
    action: (event as { action: string }).action,
    message,
    ...(error !== undefined && { error: (error as { message: string }).message }),
  }));

const startedAndExecuted = [
  { action: 'execute-start', message: 'action started: .note:c1: My note' },
  { action: 'execute', message: 'action executed: .note:c1: My note' },
];

const failed = (error: string) => [
  { action: 'execute-start', message: 'action started: .note:c1: My note' },
  { action: 'execute', message: 'action execution failure: .note:c1: My note', error },
];

it('a run of a type that is limited is refused without a call, and is in the event log; a dry run does not count', async () => {
  const execute = vi.fn();
  await using engine = await testEngine({
    types: [noteType({ id: '.email', execute })],
    settings: { 'xpack.actions.rateLimiter': { email: { lookbackWindow: '1m', limit: 1 } } },
  });
  await engine.catalog.create('default', {
    id: 'c1',
    typeId: '.email',
    name: 'Mail',
    config: { url: 'a' },
    secrets: { token: SECRET },
  });
  const request = { spaceId: 'default', connectorId: 'c1', params: { message: 'hello' } };
  const dry = { ...request, source: { kind: 'http_request' } as const, signal: new AbortController().signal };
  for (let count = 0; count < 5; count++) await engine.execution.dryRun(dry);
  execute.mockClear();
  const outcomes = [await run(engine), await run(engine), await run(engine)];
  expect(outcomes.map(({ status }) => status)).toEqual(['ok', 'ok', 'error']);
  expect(outcomes[2]?.serviceMessage).toBe('Action execution rate limit exceeded for connector: .email');
  expect(execute).toHaveBeenCalledTimes(2);
  expect((await events(engine)).at(-1)?.error).toContain('rate limit exceeded');
});

describe('a run', () => {
  it('hands the action its validated input and answers what it returns', async () => {
    const given = vi.fn();
    await using engine = await open(({ config, secrets, params, connector }) => {
      given({ config, secrets, params, connector });
      return { text: 'done' };
    });
    expect(await run(engine)).toEqual({ actionId: 'c1', status: 'ok', data: { text: 'done' } });
    expect(given).toHaveBeenCalledExactlyOnceWith({
      config: { url: 'a', size: 1 },
      secrets: { token: SECRET },
      params: { message: 'hello' },
      connector: { id: 'c1', name: 'My note', typeId: '.note', typeName: 'Note', spaceId: 'default' },
    });
    expect(await events(engine)).toEqual(startedAndExecuted);
    expect(engine.logged).toEqual([]);
  });

  it.each([undefined, null])('is ok without data when the action returns %s', async (value) => {
    await using engine = await open(() => value);
    expect(await run(engine)).toEqual({ actionId: 'c1', status: 'ok' });
  });

  it.each([0, '', false, [], { status: 'error' }])('answers %j as the action’s data', async (value) => {
    await using engine = await open(() => value);
    expect(await run(engine)).toEqual({ actionId: 'c1', status: 'ok', data: value });
  });

  it('uses what the last update left, at once', async () => {
    await using engine = await open(({ config, secrets }) => [config.url, secrets.token]);
    await run(engine);
    const change = { name: 'New', config: { url: 'b' }, secrets: { token: 'changed' } };
    await engine.catalog.update('default', 'c1', change);
    expect(await run(engine)).toMatchObject({ data: ['b', 'changed'] });
  });

  it('validates the config of a connector once until it changes', async () => {
    const validated = vi.fn();
    await using engine = await open(undefined, { facts: { validate: { config: validated } } });
    validated.mockClear();
    await run(engine);
    await run(engine);
    expect(validated).toHaveBeenCalledTimes(1);
    const change = { name: 'New', config: { url: 'b' }, secrets: { token: SECRET } };
    await engine.catalog.update('default', 'c1', change);
    validated.mockClear();
    await run(engine);
    expect(validated).toHaveBeenCalledExactlyOnceWith({ url: 'b', size: 1 }, expect.anything());
  });
});

it('fails, and is in the event log, where a secret is a reference that leads nowhere', async () => {
  const executed = vi.fn();
  await using engine = await open(executed, {
    settings: {
      'xpack.actions.preconfigured': {
        mine: { name: 'Mine', actionTypeId: '.note', config: {}, secrets: { token: '${env:TOKEN}' } },
      },
    },
  });
  const message =
    'secrets.token: the secret reference ${env:TOKEN} does not lead to a secret: patchbay.secretReferences.environment does not allow it';
  expect(await run(engine, { connectorId: 'mine' })).toEqual({
    actionId: 'mine',
    status: 'error',
    message,
    retry: true,
    errorSource: 'user',
  });
  expect(await events(engine)).toEqual([
    { action: 'execute-start', message: 'action started: .note:mine: Mine' },
    {
      action: 'execute',
      message: 'action execution failure: .note:mine: Mine',
      error: `${message}; retry: true`,
    },
  ]);
  expect(engine.logged).toMatchObject([{ fields: { tags: expect.arrayContaining(['user-error']) } }]);
  expect(executed).not.toHaveBeenCalled();
});

describe('a run that fails', () => {
  const at = new Date('2026-01-01T00:00:30Z');

  it.each<[string, unknown, object, string]>([
    [
      'as the type foresaw',
      new ActionError('not posted', { serviceMessage: 'no such room', retry: false }),
      { message: 'not posted', serviceMessage: 'no such room', retry: false, errorSource: 'user' },
      'not posted: no such room',
    ],
    [
      'until a moment',
      new ActionError('not posted', { retry: at }),
      { message: 'not posted', retry: at, errorSource: 'user' },
      'not posted; retry at 2026-01-01T00:00:30.000Z',
    ],
    [
      'for now',
      new ActionError('not posted', { retry: true, source: 'framework' }),
      { message: 'not posted', retry: true, errorSource: 'user' },
      'not posted; retry: true',
    ],
    [
      'without a verdict',
      new ActionError('not posted'),
      { message: 'not posted', errorSource: 'user' },
      'not posted',
    ],
    [
      'as nobody foresaw',
      new TypeError('x is not a function'),
      {
        message: 'an error occurred while running the action',
        serviceMessage: 'x is not a function',
        retry: true,
        errorSource: 'framework',
      },
      'an error occurred while running the action: x is not a function; retry: true',
    ],
    [
      'by the user’s fault',
      new RunError('no such sub-action', { source: 'user' }),
      {
        message: 'an error occurred while running the action',
        serviceMessage: 'no such sub-action',
        retry: true,
        errorSource: 'user',
      },
      'an error occurred while running the action: no such sub-action; retry: true',
    ],
  ])('%s answers so, and the event log and the process log have it', async (_how, error, result, text) => {
    await using engine = await open(() => {
      throw error;
    });
    expect(await run(engine)).toEqual({ actionId: 'c1', status: 'error', ...result });
    expect(await events(engine)).toEqual(failed(text));
    const { errorSource } = result as { errorSource: string };
    expect(engine.logged).toEqual([
      {
        logger: 'actions',
        level: 'warn',
        message: `action execution failure: .note:c1: My note: ${text}`,
        fields: { tags: ['.note', 'c1', 'action-run-failed', `${errorSource}-error`] },
      },
    ]);
  });
});

describe('a run with invalid input', () => {
  const preconfigured = (config: object, secrets: object) => ({
    'xpack.actions.preconfigured': { p1: { name: 'Pre', actionTypeId: '.note', config, secrets } },
  });

  it('answers what is wrong with the params, and is logged as a run', async () => {
    const execute = vi.fn();
    await using engine = await open(execute);
    const text =
      'error validating action params: ✖ Invalid input: expected string, received number\n  → at message';
    expect(await run(engine, { params: { message: 1 } })).toEqual({
      actionId: 'c1',
      status: 'error',
      message: text,
      retry: false,
      errorSource: 'user',
    });
    expect(execute).not.toHaveBeenCalled();
    expect(await events(engine)).toEqual(failed(text));
    expect(await engine.documents()).toMatchObject([
      {},
      { kibana: { action: { execution: { usage: { request_body_bytes: 0 } } } } },
    ]);
  });

  it.each([
    [
      'the params first',
      preconfigured({}, {}),
      {},
      { message: /^error validating action params: /, errorSource: 'user' },
    ],
    [
      'then the config',
      preconfigured({}, {}),
      { message: 'x' },
      { message: /^error validating connector type config: .*at url$/s, errorSource: 'framework' },
    ],
    [
      'then the secrets',
      preconfigured({ url: 'a' }, {}),
      { message: 'x' },
      { message: /^error validating connector type secrets: .*at token$/s, errorSource: 'framework' },
    ],
    [
      'then both beside each other',
      preconfigured({ url: 'a' }, { token: 'a' }),
      { message: 'x' },
      { message: /^error validating action type connector: the same$/, errorSource: 'framework' },
    ],
  ])('looks at %s', async (_what, settings, params, { message, errorSource }) => {
    const execute = vi.fn();
    const isSame = ({ config, secrets }: { config: { url: string }; secrets: { token: string } }) => {
      if (config.url === secrets.token) throw new Error('the same');
    };
    await using engine = await open(execute, { settings, facts: { validate: { connector: isSame } } });
    const result = await run(engine, { connectorId: 'p1', params });
    expect(result).toEqual({
      actionId: 'p1',
      status: 'error',
      message: expect.stringMatching(message),
      retry: false,
      errorSource,
    });
    expect(execute).not.toHaveBeenCalled();
    expect((await events(engine)).map(({ action }) => action)).toEqual(['execute-start', 'execute']);
  });
});

describe('the gates before a run', () => {
  const systemType = defineConnectorType({
    id: '.system',
    name: 'System',
    minimumLicense: 'basic',
    features: ['cases'],
    isSystemActionType: true,
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: z.strictObject({ message: z.string() }),
    execute: () => 'ran',
  });

  const configured = {
    'xpack.actions.preconfigured': {
      p1: { name: 'Pre', actionTypeId: '.note', config: { url: 'a' }, secrets: { token: 'b' } },
      p2: { name: 'Odd', actionTypeId: '.nothing' },
    },
  };

  /** An engine with the stored connector `c1`, under settings that would not have let it be created. */
  async function openLater(settings: Record<string, unknown>, facts: Partial<NoteType> = {}) {
    const engine = await testEngine({
      types: [noteType(facts), systemType],
      settings: { ...configured, ...settings },
    });
    await engine.store.connectors.create({
      id: 'c1',
      spaceId: 'default',
      typeId: '.note',
      name: 'My note',
      config: {},
      secrets: 'sealed elsewhere',
      isMissingSecrets: false,
      authMode: 'shared',
      version: 1,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
    return engine;
  }

  const refused = async (engine: TestEngine, request: Partial<RunRequest>, error: Error) => {
    await expect(run(engine, request)).rejects.toThrow(error);
    expect(await engine.documents()).toEqual([]);
  };

  it('do not find a connector that is not there, or in another space', async () => {
    await using engine = await open();
    await refused(engine, { connectorId: 'c2' }, new NotFoundError('Saved object [action/c2] not found'));
    await refused(engine, { spaceId: 'other' }, new NotFoundError('Saved object [action/c1] not found'));
  });

  it('refuse a type that is not registered', async () => {
    await using engine = await openLater({});
    const error = new BadRequestError('Action type ".nothing" is not registered.');
    await refused(engine, { connectorId: 'p2' }, error);
  });

  it('refuse a stored connector of a type that is not enabled; others run', async () => {
    await using engine = await openLater({ 'xpack.actions.enabledActionTypes': [] });
    await refused(
      engine,
      {},
      new ForbiddenError(
        'action type ".note" is not enabled in the Kibana config xpack.actions.enabledActionTypes',
      ),
    );
    expect(await run(engine, { connectorId: 'p1' })).toEqual({ actionId: 'p1', status: 'ok' });
    expect(await run(engine, { connectorId: 'p1', spaceId: 'other' })).toMatchObject({ status: 'ok' });
  });

  it.each([
    ['basic', 'active', 'your basic license does not support it. Please upgrade your license.'],
    ['trial', 'expired', 'your trial license has expired.'],
    ['trial', 'unavailable', 'license information is not available at this time.'],
  ])('refuse every connector to a %s licence that is %s', async (license, status, reason) => {
    await using engine = await openLater(
      { 'patchbay.license': license, 'patchbay.licenseStatus': status },
      { minimumLicense: 'gold' },
    );
    for (const connectorId of ['c1', 'p1']) {
      const error = new ForbiddenError(`Action type .note is disabled because ${reason}`);
      await refused(engine, { connectorId }, error);
    }
  });

  it('let a system connector run that is not enabled, if the licence carries it', async () => {
    const settings = { 'xpack.actions.enabledActionTypes': [] };
    const connectorId = 'system-connector-.system';
    await using engine = await openLater(settings);
    expect(await run(engine, { connectorId })).toEqual({ actionId: connectorId, status: 'ok', data: 'ran' });
    expect(await engine.documents()).toMatchObject([
      {},
      { kibana: { saved_objects: [{ id: connectorId, space_agnostic: true }] } },
    ]);
    await using expired = await openLater({ ...settings, 'patchbay.licenseStatus': 'expired' });
    await refused(
      expired,
      { connectorId },
      new ForbiddenError('Action type .system is disabled because your enterprise license has expired.'),
    );
  });

  it('fail when the secrets do not open', async () => {
    await using engine = await openLater({});
    const error = new InternalError('Unable to decrypt attribute "secrets" of saved object "action,c1"');
    await refused(engine, {}, error);
  });
});

describe('the event log of a run', () => {
  it('has two documents with all their fields', async () => {
    const [startedAt, endedAt] = ['2026-01-05T10:00:00.100Z', '2026-01-05T10:00:00.410Z'];
    let time = startedAt;
    await using vendor = await standIn();
    await using engine = await open(
      async ({ http, config }) => {
        await http.post(config.url, { json: { note: 'äö' } });
        time = endedAt;
      },
      { now: () => new Date(time) },
    );
    await engine.catalog.create('other', {
      id: 'c2',
      typeId: '.note',
      name: 'Other note',
      config: { url: vendor.url },
      secrets: { token: SECRET },
    });
    const source = {
      kind: 'http_request' as const,
      user: { name: 'elastic', id: 'u_1' },
      apiKey: { id: 'k1', name: 'ci' },
    };
    await run(engine, { spaceId: 'other', connectorId: 'c2', source });
    const documents = await engine.documents();
    const uuid = executionUuid(documents[0]);
    expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
    const kibana = {
      saved_objects: [{ rel: 'primary', type: 'action', id: 'c2', type_id: '.note', namespace: 'other' }],
      space_ids: ['other'],
      action: {
        id: 'c2',
        type_id: '.note',
        name: 'Other note',
        execution: { uuid, source: 'http_request' },
      },
      server_uuid: '5b2de169',
      version: '9.3.0',
    };
    expect(documents).toEqual([
      {
        '@timestamp': startedAt,
        ecs: { version: '1.8.0' },
        event: { provider: 'actions', kind: 'action', action: 'execute-start', start: startedAt },
        message: 'action started: .note:c2: Other note',
        kibana,
      },
      {
        '@timestamp': endedAt,
        ecs: { version: '1.8.0' },
        event: {
          provider: 'actions',
          kind: 'action',
          action: 'execute',
          start: startedAt,
          end: endedAt,
          duration: '310000000',
          outcome: 'success',
        },
        message: 'action executed: .note:c2: Other note',
        user: { name: 'elastic', id: 'u_1' },
        kibana: {
          ...kibana,
          user_api_key: { id: 'k1', name: 'ci' },
          action: {
            ...kibana.action,
            execution: { ...kibana.action.execution, usage: { request_body_bytes: 15 } },
          },
        },
      },
    ]);
  });

  it('has an id for each run', async () => {
    await using engine = await open();
    await run(engine);
    await run(engine);
    const uuids = (await engine.documents()).map(executionUuid);
    expect(uuids[0]).toBe(uuids[1]);
    expect(new Set(uuids).size).toBe(2);
  });

  it('counts the bytes of requests that failed too', async () => {
    await using vendor = await standIn(() => ({ status: 500 }));
    await using engine = await open(async ({ http }) => {
      await http.post(vendor.url, { text: '12345', acceptStatus: () => true });
      await http.post(vendor.url, { text: '123' });
    });
    expect(await run(engine)).toMatchObject({ serviceMessage: 'Request failed with status code 500' });
    expect(await engine.documents()).toMatchObject([
      {},
      { kibana: { action: { execution: { usage: { request_body_bytes: 8 } } } } },
    ]);
  });
});

describe('secrets of a run', () => {
  it('are in no answer, no document and no log line, whoever echoes them', async () => {
    await using vendor = await standIn(({ headers }) => ({ status: 400, body: `bad ${headers['x-token']}` }));
    await using engine = await open(async ({ http, log, secrets }) => {
      log.info(`posting with ${secrets.token}`, { headers: { 'x-token': secrets.token } });
      const headers = { 'x-token': secrets.token };
      const response = await http.post(`${vendor.url}/${secrets.token}`, {
        headers,
        acceptStatus: () => true,
      });
      throw new ActionError(`no: ${response.text()}`, { serviceMessage: `said of ${secrets.token}` });
    });
    expect(await run(engine)).toMatchObject({
      message: 'no: bad [redacted]',
      serviceMessage: 'said of [redacted]',
    });
    expect(vendor.received).toMatchObject([{ url: `/${SECRET}`, headers: { 'x-token': SECRET } }]);
    expect(await events(engine)).toEqual(failed('no: bad [redacted]: said of [redacted]'));
    expect(engine.logged[0]).toEqual({
      logger: 'plugins.actions.note',
      level: 'info',
      message: 'posting with [redacted]',
      fields: { headers: { 'x-token': '[redacted]' } },
    });
    expect(JSON.stringify([await engine.documents(), engine.logged])).not.toContain(SECRET);
  });

  it('are in no error that nobody foresaw', async () => {
    await using engine = await open(({ secrets }) => {
      throw new Error(`connect failed: https://a.example/${secrets.token}`);
    });
    const { serviceMessage } = await run(engine);
    expect(serviceMessage).toBe('connect failed: https://a.example/[redacted]');
  });

  it('are in no reason why a host is not allowed', async () => {
    const validate: NoteType['validate'] = {
      secrets: ({ token }, { allowedHosts }) => allowedHosts.ensureUrlAllowed(token),
    };
    const settings = {
      'xpack.actions.allowedHosts': ['a.example'],
      'xpack.actions.preconfigured': {
        p1: {
          name: 'Pre',
          actionTypeId: '.note',
          config: { url: 'a' },
          secrets: { token: `https://b.example/${SECRET}` },
        },
      },
    };
    await using engine = await testEngine({ types: [noteType({ validate })], settings });
    expect(await run(engine, { connectorId: 'p1' })).toMatchObject({
      message:
        'error validating connector type secrets: target url "[redacted]" is not added to the Kibana config xpack.actions.allowedHosts',
    });
  });
});

describe('a run that takes too long', () => {
  it('ends after five minutes with an event of its own, and its signal fires', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    await using engine = await open(({ signal }) => {
      started.resolve(signal);
      return new Promise(() => {});
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const running = run(engine);
    const signal = await started.promise;
    await vi.advanceTimersByTimeAsync(299_999);
    expect(signal.aborted).toBe(false);
    expect(engine.execution.inFlight()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(signal.aborted).toBe(true);
    const text = `action: .note:c1: 'My note' execution cancelled due to timeout - exceeded default timeout of "5m"`;
    expect(await running).toEqual({
      actionId: 'c1',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: text,
      retry: true,
      errorSource: 'framework',
    });
    const [started1, ended] = failed(`an error occurred while running the action: ${text}; retry: true`);
    expect(await events(engine)).toEqual([started1, { action: 'execute-timeout', message: text }, ended]);
    expect(engine.execution.inFlight()).toBe(0);
  });

  it('leaves no timer behind when it ended in time', async () => {
    await using engine = await open();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await run(engine);
    await engine.documents();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a run that is aborted', () => {
  /** An action that calls a service which never answers. */
  async function hanging() {
    const vendor = await standIn(() => new Promise(() => {}));
    const engine = await open(async ({ http }) => void (await http.post(vendor.url, { json: {} })));
    return { vendor, engine };
  }

  const CANCELED = {
    actionId: 'c1',
    status: 'error',
    message: 'an error occurred while running the action',
    serviceMessage: 'canceled',
    retry: true,
    errorSource: 'framework',
  };

  it('by its caller ends its request and is a result', async () => {
    const { vendor, engine } = await hanging();
    await using _vendor = vendor;
    await using _engine = engine;
    const caller = new AbortController();
    const running = run(engine, { signal: caller.signal });
    await vi.waitFor(() => expect(vendor.received).toHaveLength(1));
    caller.abort();
    expect(await running).toEqual(CANCELED);
    expect((await events(engine)).map(({ action }) => action)).toEqual(['execute-start', 'execute']);
  });

  it('before it began sends nothing', async () => {
    const { vendor, engine } = await hanging();
    await using _vendor = vendor;
    await using _engine = engine;
    expect(await run(engine, { signal: AbortSignal.abort() })).toEqual(CANCELED);
    expect(vendor.received).toEqual([]);
  });

  it('with all others ends, each with its own result', async () => {
    const { vendor, engine } = await hanging();
    await using _vendor = vendor;
    await using _engine = engine;
    const running = [run(engine), run(engine), run(engine)];
    await vi.waitFor(() => expect(vendor.received).toHaveLength(3));
    expect(engine.execution.inFlight()).toBe(3);
    engine.execution.abortAll();
    expect(await Promise.all(running)).toEqual([CANCELED, CANCELED, CANCELED]);
    expect(engine.execution.inFlight()).toBe(0);
  });
});

describe('calls of a run', () => {
  it('leave through the one door, under the product’s name', async () => {
    await using vendor = await standIn();
    await using engine = await open(async ({ http }) => void (await http.get(vendor.url)));
    await run(engine);
    expect(vendor.received).toMatchObject([{ method: 'GET', headers: { 'user-agent': 'test' } }]);
  });

  it('do not leave to a host that is not allowed', async () => {
    await using vendor = await standIn();
    await using engine = await open(async ({ http }) => void (await http.get(vendor.url)), {
      settings: { 'xpack.actions.allowedHosts': ['a.example'] },
    });
    expect(await run(engine)).toMatchObject({
      serviceMessage: `target url "${vendor.url}" is not added to the Kibana config xpack.actions.allowedHosts`,
    });
    expect(vendor.received).toEqual([]);
  });
});

function executionUuid(document: Record<string, unknown> = {}): string {
  const { action } = document.kibana as { action: { execution: { uuid: string } } };
  return action.execution.uuid;
}
