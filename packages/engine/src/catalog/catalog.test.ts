import { describe, expect, it } from 'vitest';
import {
  BadRequestError,
  ConflictError,
  ForbiddenError,
  InternalError,
  NotFoundError,
  StartupError,
} from '../errors/index.ts';
import { noteType, type TestEngine, type TestEngineOptions, testEngine } from '../testing/index.ts';
import type { NewConnector } from './catalog.ts';

const note = noteType();
const system = noteType({ id: '.system', name: 'System', isSystemActionType: true });

const preconfigured = {
  'My.Note': {
    name: 'Preconfigured',
    actionTypeId: '.note',
    config: { url: 'p' },
    secrets: { token: 'pre' },
  },
  open: { name: 'Open', actionTypeId: '.note', config: { url: 'o' }, exposeConfig: true },
};

function open(options: Partial<TestEngineOptions> = {}): Promise<TestEngine> {
  return testEngine({
    types: [note, system],
    ...options,
    settings: { 'xpack.actions.preconfigured': preconfigured, ...options.settings },
  });
}

const given = (facts: Partial<NewConnector> = {}): NewConnector => ({
  id: 'c1',
  typeId: '.note',
  name: 'My note',
  config: { url: 'a' },
  secrets: { token: 'secret' },
  ...facts,
});

const change = { name: 'New', config: { url: 'b' }, secrets: { token: 'changed' } };

const disabled = { 'xpack.actions.enabledActionTypes': ['.other'] };
const DISABLED = 'action type ".note" is not enabled in the Kibana config xpack.actions.enabledActionTypes';

/** Config and secrets that their schemas refuse, and what is said of them, in the order of the checks. */
const invalid: [Partial<NewConnector>, string][] = [
  [
    { config: {}, secrets: {} },
    'error validating connector type config: ✖ Invalid input: expected string, received undefined\n  → at url',
  ],
  [
    { config: { url: 1, more: 2 } },
    'error validating connector type config: ✖ Unrecognized key: "more"\n✖ Invalid input: expected string, received number\n  → at url',
  ],
  [
    { secrets: {} },
    'error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at token',
  ],
  [
    { secrets: { token: 12 } },
    'error validating connector type secrets: ✖ Invalid input: expected string, received number\n  → at token',
  ],
];

describe('creating a connector', () => {
  it('gives it with its defaults, without its secrets', async () => {
    await using engine = await open();
    const created = await engine.catalog.create('default', given());
    expect(created).toEqual({
      id: 'c1',
      typeId: '.note',
      name: 'My note',
      config: { url: 'a', size: 1 },
      origin: 'stored',
      isMissingSecrets: false,
      authMode: 'shared',
      exposesConfig: true,
      version: 1,
    });
    expect(await engine.catalog.get('default', 'c1')).toEqual(created);
  });

  it('makes up a UUID when no id is given', async () => {
    await using engine = await open();
    const { id } = await engine.catalog.create('default', given({ id: undefined }));
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await engine.catalog.get('default', id)).toMatchObject({ id });
  });

  it('keeps the secrets sealed, and in clear for a run only', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given({ secrets: { token: 'very secret' } }));
    const record = await engine.store.connectors.get('default', 'c1');
    expect(record?.secrets).toMatch(/^v1\./);
    expect(JSON.stringify(record)).not.toContain('very secret');
    const resolved = await engine.catalog.resolve('default', 'c1');
    expect(resolved?.openSecrets()).toEqual({ token: 'very secret' });
  });

  it('notes when it was', async () => {
    await using engine = await open({ now: () => new Date('2026-01-01T00:00:00Z') });
    await engine.catalog.create('default', given());
    expect(await engine.store.connectors.get('default', 'c1')).toMatchObject({
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it.each<[string, Partial<NewConnector>, string]>([
    [
      'a system type',
      { typeId: '.system', config: {} },
      'System action creation is forbidden. Action type: .system.',
    ],
    [
      'the id of a system connector',
      { id: 'system-connector-.system', config: {} },
      'System action creation is forbidden. Action type: .note.',
    ],
    [
      'the id of a preconfigured connector',
      { id: 'My.Note', typeId: '.nothing' },
      'This My.Note already exists in a preconfigured action.',
    ],
    [
      'a type that is not registered',
      { typeId: '.nothing', config: {} },
      'Action type ".nothing" is not registered.',
    ],
    ...invalid.map(([facts, text]): [string, Partial<NewConnector>, string] => [
      JSON.stringify(facts),
      facts,
      text,
    ]),
  ])('is refused with %s', async (_what, facts, message) => {
    await using engine = await open();
    await expect(engine.catalog.create('default', given(facts))).rejects.toThrow(
      new BadRequestError(message),
    );
    expect(await engine.store.connectors.list('default')).toEqual([]);
  });

  it('is refused by what the type itself has to say, after the schemas, in order', async () => {
    const asked: string[] = [];
    let refusing = '';
    const say = (what: string) => {
      asked.push(what);
      if (refusing === what) throw new Error(`not this ${what}`);
    };
    const picky = noteType({
      validate: {
        config: ({ size }) => say(size === 1 ? 'config' : ''),
        secrets: ({ token }) => say(token === 'secret' ? 'secrets' : ''),
        connector: ({ config, secrets }) => say(config.url && secrets.token ? 'connector' : ''),
      },
    });
    await using engine = await open({ types: [picky], settings: disabled });
    const attempt = async (what: string) => {
      asked.length = 0;
      refusing = what;
      return engine.catalog.create('default', given()).catch((error) => error);
    };
    expect(await attempt('config')).toEqual(
      new BadRequestError('error validating connector type config: not this config'),
    );
    expect(await attempt('secrets')).toEqual(
      new BadRequestError('error validating connector type secrets: not this secrets'),
    );
    expect(await attempt('connector')).toEqual(
      new BadRequestError('error validating action type connector: not this connector'),
    );
    expect(asked).toEqual(['config', 'secrets', 'connector']);
    expect(await attempt('')).toEqual(new ForbiddenError(DISABLED));
  });

  it('is refused for a host that is not allowed, in the type’s own place', async () => {
    const calling = noteType({
      validate: { config: ({ url }, { allowedHosts }) => allowedHosts.ensureUrlAllowed(url) },
    });
    await using engine = await open({
      types: [calling],
      settings: { 'xpack.actions.allowedHosts': ['a.example'] },
    });
    const config = { url: 'https://b.example/x' };
    await expect(engine.catalog.create('default', given({ config }))).rejects.toThrow(
      'error validating connector type config: target url "https://b.example/x" is not added to the Kibana config xpack.actions.allowedHosts',
    );
  });

  it('is forbidden for a type that is not enabled, once its config is valid', async () => {
    await using engine = await open({ settings: disabled });
    await expect(engine.catalog.create('default', given({ config: {} }))).rejects.toThrow(BadRequestError);
    await expect(engine.catalog.create('default', given())).rejects.toThrow(new ForbiddenError(DISABLED));
  });

  it('is forbidden for a type that the licence does not carry', async () => {
    await using engine = await open({
      types: [noteType({ minimumLicense: 'gold' })],
      settings: { 'patchbay.license': 'basic' },
    });
    await expect(engine.catalog.create('default', given())).rejects.toThrow(
      new ForbiddenError(
        'Action type .note is disabled because your basic license does not support it. Please upgrade your license.',
      ),
    );
  });

  it.each(['default', 'other'])('conflicts with an id that the space %s has', async (spaceId) => {
    await using engine = await open();
    await engine.catalog.create(spaceId, given({ name: 'first' }));
    await expect(engine.catalog.create('default', given())).rejects.toThrow(
      new ConflictError('Saved object [action/c1] conflict'),
    );
    expect(await engine.catalog.get(spaceId, 'c1')).toMatchObject({ name: 'first' });
  });
});

describe('updating a connector', () => {
  it('replaces name, config and secrets as a whole', async () => {
    await using engine = await open();
    const secrets = { token: 'secret', spare: 'spare' };
    await engine.catalog.create('default', given({ config: { url: 'a', size: 7 }, secrets }));
    const updated = await engine.catalog.update('default', 'c1', change);
    expect(updated).toMatchObject({ name: 'New', config: { url: 'b', size: 1 }, version: 2 });
    expect(await engine.catalog.get('default', 'c1')).toEqual(updated);
    const resolved = await engine.catalog.resolve('default', 'c1');
    expect(resolved?.openSecrets()).toEqual({ token: 'changed' });
  });

  it('keeps the type and the time of creation', async () => {
    let time = '2026-01-01T00:00:00.000Z';
    await using engine = await open({ now: () => new Date(time) });
    await engine.catalog.create('default', given());
    time = '2026-02-01T00:00:00.000Z';
    await engine.catalog.update('default', 'c1', change);
    expect(await engine.store.connectors.get('default', 'c1')).toMatchObject({
      typeId: '.note',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-02-01T00:00:00.000Z',
    });
  });

  it('gives a connector that came without secrets its secrets', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given());
    const record = await engine.store.connectors.get('default', 'c1');
    if (record === undefined) throw new Error('not stored');
    await engine.store.connectors.update({ ...record, isMissingSecrets: true });
    engine.catalog.forgetSpace('default');
    expect(await engine.catalog.get('default', 'c1')).toMatchObject({ isMissingSecrets: true });
    expect(await engine.catalog.update('default', 'c1', change)).toMatchObject({ isMissingSecrets: false });
    expect((await engine.catalog.resolve('default', 'c1'))?.openSecrets()).toEqual({ token: 'changed' });
  });

  it.each<[string, string, Error]>([
    [
      'system',
      'system-connector-.system',
      new BadRequestError('System action system-connector-.system can not be updated.'),
    ],
    ['preconfigured', 'My.Note', new BadRequestError('Preconfigured action My.Note can not be updated.')],
    ['missing', 'c2', new NotFoundError('Saved object [action/c2] not found')],
  ])('is refused for a %s one, before anything of it is looked at', async (_what, id, error) => {
    await using engine = await open();
    await expect(engine.catalog.update('default', id, { ...change, config: {} })).rejects.toThrow(error);
  });

  it('does not reach into another space', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given());
    await expect(engine.catalog.update('other', 'c1', change)).rejects.toThrow(
      new NotFoundError('Saved object [action/c1] not found'),
    );
  });

  it.each(invalid)('is refused with %j', async (facts, message) => {
    await using engine = await open();
    const created = await engine.catalog.create('default', given());
    await expect(engine.catalog.update('default', 'c1', { ...change, ...facts })).rejects.toThrow(
      new BadRequestError(message),
    );
    expect(await engine.catalog.get('default', 'c1')).toEqual(created);
  });

  it('is forbidden for a type that is not enabled, once its config is valid', async () => {
    await using engine = await open({ settings: disabled });
    await store(engine, '.note');
    const update = (config: unknown) => engine.catalog.update('default', 'c1', { ...change, config });
    await expect(update({})).rejects.toThrow(BadRequestError);
    await expect(update({ url: 'b' })).rejects.toThrow(new ForbiddenError(DISABLED));
  });

  it('is refused for a type that is no longer registered', async () => {
    await using engine = await open();
    await store(engine, '.gone');
    await expect(engine.catalog.update('default', 'c1', change)).rejects.toThrow(
      new BadRequestError('Action type ".gone" is not registered.'),
    );
  });

  it('conflicts with another update since it read the connector', async () => {
    const waiting = Promise.withResolvers<void>();
    const slow = noteType({
      hooks: {
        preSave: ({ isUpdate, config }) =>
          isUpdate && urlOf(config) === 'slow' ? waiting.promise : Promise.resolve(),
      },
    });
    await using engine = await open({ types: [slow] });
    await engine.catalog.create('default', given());
    const late = engine.catalog.update('default', 'c1', { ...change, config: { url: 'slow' } });
    // The late one has read the connector and waits in its hook.
    await engine.catalog.update('default', 'c1', change);
    waiting.resolve();
    await expect(late).rejects.toThrow(new ConflictError('Saved object [action/c1] conflict'));
    expect(await engine.catalog.get('default', 'c1')).toMatchObject({ config: { url: 'b' }, version: 2 });
  });
});

describe('getting a connector', () => {
  it('gives a preconfigured one in every space', async () => {
    await using engine = await open();
    for (const spaceId of ['default', 'other']) {
      expect(await engine.catalog.get(spaceId, 'My.Note')).toEqual({
        id: 'My.Note',
        typeId: '.note',
        name: 'Preconfigured',
        config: { url: 'p' },
        origin: 'preconfigured',
        isMissingSecrets: false,
        authMode: 'shared',
        exposesConfig: false,
        version: 0,
      });
    }
    expect(await engine.catalog.get('default', 'open')).toMatchObject({ exposesConfig: true });
  });

  it.each<[string, string]>([
    ['system-connector-.system', 'Connector system-connector-.system not found'],
    ['c2', 'Saved object [action/c2] not found'],
  ])('does not find %s', async (id, message) => {
    await using engine = await open();
    await expect(engine.catalog.get('default', id)).rejects.toThrow(new NotFoundError(message));
  });

  it('does not look into another space', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given());
    await expect(engine.catalog.get('other', 'c1')).rejects.toThrow(NotFoundError);
  });

  it('gives one of a type that is no longer registered', async () => {
    await using engine = await open();
    await store(engine, '.gone');
    expect(await engine.catalog.get('default', 'c1')).toMatchObject({ typeId: '.gone' });
  });
});

describe('listing connectors', () => {
  it('sorts stored and preconfigured ones by name, as people do', async () => {
    await using engine = await open();
    for (const [id, name] of [
      ['a', 'omega'],
      ['b', 'Ärger'],
      ['c', 'Beta'],
    ]) {
      await engine.catalog.create('default', given({ id, name }));
    }
    await engine.catalog.create('other', given({ id: 'd', name: 'elsewhere' }));
    const listed = await engine.catalog.list('default', { withSystem: false });
    expect(listed.map(({ name }) => name)).toEqual(['Ärger', 'Beta', 'omega', 'Open', 'Preconfigured']);
  });

  it('shows system connectors only when asked', async () => {
    await using engine = await open();
    const ids = async (withSystem: boolean) =>
      (await engine.catalog.list('default', { withSystem })).map(({ id }) => id);
    expect(await ids(false)).toEqual(['open', 'My.Note']);
    expect(await ids(true)).toEqual(['open', 'My.Note', 'system-connector-.system']);
  });

  it('counts what refers to each stored one; what is preconfigured is not counted', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given());
    await engine.catalog.create('default', given({ id: 'c2' }));
    const targets = ['c1', 'open'].map((id) => ({ type: 'action', id }));
    await engine.store.references.replace('default', { type: 'alert', id: 'r1' }, targets);
    await engine.store.references.replace('default', { type: 'alert', id: 'r2' }, targets);
    const listed = await engine.catalog.list('default', { withSystem: false });
    expect(Object.fromEntries(listed.map(({ id, referencedByCount }) => [id, referencedByCount]))).toEqual({
      c1: 2,
      c2: 0,
      open: 0,
      'My.Note': 0,
    });
  });

  it('shows one of a type that is no longer registered', async () => {
    await using engine = await open();
    await store(engine, '.gone');
    const listed = await engine.catalog.list('default', { withSystem: false });
    expect(listed.map(({ typeId }) => typeId)).toContain('.gone');
  });
});

describe('deleting a connector', () => {
  it('leaves nothing of it, also when something refers to it', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given());
    await engine.store.references.replace('default', { type: 'alert', id: 'r1' }, [
      { type: 'action', id: 'c1' },
    ]);
    await engine.catalog.delete('default', 'c1');
    await expect(engine.catalog.get('default', 'c1')).rejects.toThrow(NotFoundError);
    expect(await engine.catalog.resolve('default', 'c1')).toBeUndefined();
    await engine.catalog.create('other', given());
  });

  it.each<[string, string, Error]>([
    [
      'system',
      'system-connector-.system',
      new BadRequestError('System action system-connector-.system is not allowed to delete.'),
    ],
    [
      'preconfigured',
      'My.Note',
      new BadRequestError('Preconfigured action My.Note is not allowed to delete.'),
    ],
    ['missing', 'c2', new NotFoundError('Saved object [action/c2] not found')],
  ])('is refused for a %s one', async (_what, id, error) => {
    await using engine = await open();
    await expect(engine.catalog.delete('default', id)).rejects.toThrow(error);
  });

  it('does not reach into another space', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given());
    await expect(engine.catalog.delete('other', 'c1')).rejects.toThrow(
      new NotFoundError('Saved object [action/c1] not found'),
    );
    expect(await engine.catalog.get('default', 'c1')).toMatchObject({ id: 'c1' });
  });

  it('works for a type that is no longer registered, or not enabled', async () => {
    await using engine = await open({ settings: disabled });
    for (const typeId of ['.gone', '.note']) {
      await store(engine, typeId);
      await engine.catalog.delete('default', 'c1');
    }
    expect(await engine.store.connectors.list('default')).toEqual([]);
  });
});

describe('the hooks of a type', () => {
  type Called = [hook: string, context: Record<string, unknown>];

  function hooked(failing: string[] = []) {
    const called: Called[] = [];
    const hook = (name: string) => async (context: object) => {
      const { log: _log, elasticsearch: _elasticsearch, ...facts } = context as Record<string, unknown>;
      called.push([name, facts]);
      if (failing.includes(name)) throw new Error(`${name} says no`);
    };
    const hooks = { preSave: hook('preSave'), postSave: hook('postSave'), postDelete: hook('postDelete') };
    return { called, type: noteType({ hooks }) };
  }

  it('are called around each change with what is saved', async () => {
    const { called, type } = hooked();
    await using engine = await open({ types: [type] });
    await engine.catalog.create('default', given());
    await engine.catalog.update('default', 'c1', change);
    await engine.catalog.delete('default', 'c1');
    const created = { connectorId: 'c1', config: { url: 'a', size: 1 }, secrets: { token: 'secret' } };
    const updated = { connectorId: 'c1', config: { url: 'b', size: 1 }, secrets: { token: 'changed' } };
    expect(called).toEqual([
      ['preSave', { ...created, isUpdate: false }],
      ['postSave', { ...created, isUpdate: false, wasSuccessful: true }],
      ['preSave', { ...updated, isUpdate: true }],
      ['postSave', { ...updated, isUpdate: true, wasSuccessful: true }],
      ['postDelete', { connectorId: 'c1', config: updated.config, isUpdate: false }],
    ]);
  });

  it('decide which preconfigured connectors are listed', async () => {
    const asked: unknown[] = [];
    let answer: () => boolean[] = () => [true, false];
    const hooks = {
      async whichExist(configs: readonly unknown[]) {
        asked.push(configs);
        return answer();
      },
    };
    const entry = (size: number) => ({ name: `n${size}`, actionTypeId: '.note', config: { size } });
    await using engine = await open({
      types: [noteType({ hooks })],
      settings: { 'xpack.actions.preconfigured': { one: entry(1), two: entry(2) } },
    });
    await engine.catalog.create('default', given());
    const listed = async () =>
      (await engine.catalog.list('default', { withSystem: false })).map(({ id }) => id).sort();
    expect(await listed()).toEqual(['c1', 'one']);
    expect(asked).toEqual([[{ size: 1 }, { size: 2 }]]);
    expect((await engine.catalog.get('default', 'two')).id).toBe('two');
    answer = () => {
      throw new Error('cannot say');
    };
    expect(await listed()).toEqual(['c1', 'one', 'two']);
  });

  it('are not called for what is refused before', async () => {
    const { called, type } = hooked();
    await using engine = await open({ types: [type], settings: disabled });
    await engine.catalog.create('default', given({ config: {} })).catch(() => {});
    await engine.catalog.create('default', given()).catch(() => {});
    await engine.catalog.delete('default', 'c1').catch(() => {});
    expect(called).toEqual([]);
  });

  it('keep a change from being saved when the first of them fails', async () => {
    const { called, type } = hooked(['preSave']);
    await using engine = await open({ types: [type] });
    await expect(engine.catalog.create('default', given())).rejects.toThrow('preSave says no');
    expect(await engine.store.connectors.list('default')).toEqual([]);
    expect(called.map(([name]) => name)).toEqual(['preSave']);
  });

  it('are told when saving failed', async () => {
    const { called, type } = hooked();
    await using engine = await open({ types: [type] });
    await engine.catalog.create('default', given());
    called.length = 0;
    await expect(engine.catalog.create('default', given())).rejects.toThrow(ConflictError);
    expect(called).toMatchObject([
      ['preSave', {}],
      ['postSave', { wasSuccessful: false }],
    ]);
  });

  it('change nothing of the answer when they fail afterwards; the log has it', async () => {
    const { type } = hooked(['postSave', 'postDelete']);
    await using engine = await open({ types: [type] });
    await engine.catalog.create('default', given());
    await engine.catalog.delete('default', 'c1');
    expect(engine.logged).toMatchObject([
      { level: 'error', message: 'postSave of c1 failed: postSave says no' },
      { level: 'error', message: 'postDelete of c1 failed: postDelete says no' },
    ]);
  });
});

describe('what a run is given', () => {
  it('comes from memory until the connector changes', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given());
    const first = await engine.catalog.resolve('default', 'c1');
    expect((await engine.catalog.resolve('default', 'c1'))?.connector).toBe(first?.connector);
    await engine.catalog.update('default', 'c1', change);
    const second = await engine.catalog.resolve('default', 'c1');
    expect(second?.connector).toMatchObject({ name: 'New', config: { url: 'b' }, version: 2 });
    expect(second?.openSecrets()).toEqual({ token: 'changed' });
    // What was given before still fits together.
    expect(first?.openSecrets()).toEqual({ token: 'secret' });
    await engine.catalog.delete('default', 'c1');
    expect(await engine.catalog.resolve('default', 'c1')).toBeUndefined();
  });

  it('is gone with its space', async () => {
    await using engine = await open();
    await engine.catalog.create('other', given());
    await engine.catalog.resolve('other', 'c1');
    await engine.store.spaces.delete('other');
    engine.catalog.forgetSpace('other');
    expect(await engine.catalog.resolve('other', 'c1')).toBeUndefined();
  });

  it('of a preconfigured or system connector is as it was configured, in every space', async () => {
    await using engine = await open();
    const configured = await engine.catalog.resolve('other', 'My.Note');
    expect(configured?.connector).toMatchObject({ origin: 'preconfigured', config: { url: 'p' } });
    expect(configured?.openSecrets()).toEqual({ token: 'pre' });
    const ofSystem = await engine.catalog.resolve('other', 'system-connector-.system');
    expect(ofSystem?.connector).toMatchObject({ origin: 'system', typeId: '.system', name: 'System' });
    expect(ofSystem?.openSecrets()).toEqual({});
  });

  it('does not open once its config was changed in the store itself', async () => {
    await using engine = await open();
    await engine.catalog.create('default', given());
    const record = await engine.store.connectors.get('default', 'c1');
    if (record === undefined) throw new Error('not stored');
    await engine.store.connectors.update({ ...record, name: 'Renamed' });
    engine.catalog.forgetSpace('default');
    expect((await engine.catalog.resolve('default', 'c1'))?.openSecrets()).toEqual({ token: 'secret' });
    await engine.store.connectors.update({ ...record, version: 2, config: { url: 'elsewhere' } });
    engine.catalog.forgetSpace('default');
    const resolved = await engine.catalog.resolve('default', 'c1');
    expect(() => resolved?.openSecrets()).toThrow(
      new InternalError('Unable to decrypt attribute "secrets" of saved object "action,c1"'),
    );
  });
});

describe('preconfigured connectors', () => {
  it('may not be of a system type', async () => {
    const mistaken = { my: { name: 'My', actionTypeId: '.system' } };
    const start = open({ settings: { 'xpack.actions.preconfigured': mistaken } });
    await expect(start).rejects.toThrow(
      new StartupError('Setting system action types in preconfigured connectors are not allowed'),
    );
  });

  it('are not looked at when the process starts', async () => {
    const odd = { my: { name: 'My', actionTypeId: '.nothing', config: { anything: 1 } } };
    await using engine = await open({ settings: { 'xpack.actions.preconfigured': odd } });
    expect(await engine.catalog.get('default', 'my')).toMatchObject({ typeId: '.nothing' });
  });
});

/** Puts a connector `c1` straight into the store, past every check. */
async function store(engine: TestEngine, typeId: string): Promise<void> {
  await engine.store.connectors.create({
    id: 'c1',
    spaceId: 'default',
    typeId,
    name: 'Stored',
    config: {},
    secrets: 'sealed elsewhere',
    isMissingSecrets: false,
    authMode: 'shared',
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  });
}

const urlOf = (config: unknown) => (config as { url: string }).url;
