import { type ActionContext, type ActionResult, defineConnectorType } from '@patchbay/kit';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Principal } from '../access/index.ts';
import { noteType, testEngine } from '../testing/index.ts';

type Connectors = ActionContext['connectors'];

/** A system type, and one that is none, whose runs do this with the other connectors. */
const relays = (use: (connectors: Connectors) => Promise<unknown>) =>
  [true, false].map((isSystem) =>
    defineConnectorType({
      id: isSystem ? '.system' : '.plain',
      name: 'Relay',
      minimumLicense: 'basic',
      features: ['alerting'],
      isSystemActionType: isSystem,
      config: z.strictObject({}),
      secrets: z.strictObject({}),
      params: z.strictObject({}),
      execute: ({ connectors }) => use(connectors),
    }),
  );

async function open(
  use: (connectors: Connectors) => Promise<unknown>,
  executed: () => unknown = () => 'noted',
) {
  const guarded = { id: '.guarded', subFeature: 'endpointSecurity' as const };
  const engine = await testEngine({
    types: [noteType({ execute: executed }), noteType(guarded), ...relays(use)],
  });
  const connector = { name: 'Note', config: { url: 'a' }, secrets: { token: 'b' } };
  await engine.catalog.create('default', { id: 'note', typeId: '.note', ...connector });
  await engine.catalog.create('default', { id: 'guarded', typeId: '.guarded', ...connector });
  await engine.catalog.create('other', { id: 'elsewhere', typeId: '.note', ...connector });
  await engine.catalog.create('default', {
    id: 'plain',
    typeId: '.plain',
    name: 'P',
    config: {},
    secrets: {},
  });
  const run = (connectorId = 'system-connector-.system', caller?: Principal): Promise<ActionResult> =>
    engine.execution.run({
      spaceId: 'default',
      connectorId,
      params: {},
      source: { kind: 'background_task' },
      caller,
      signal: new AbortController().signal,
    });
  return { engine, run, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

it('a system type runs another connector, with documents of its own in the event log', async () => {
  await using system = await open((connectors) => connectors.run('note', { message: 'x' }));
  expect(await system.run()).toMatchObject({
    status: 'ok',
    data: { actionId: 'note', status: 'ok', data: 'noted' },
  });
  const ids = (await system.engine.documents()).map((document) => {
    const { kibana } = document as { kibana: { action: { id: string; execution: { source: string } } } };
    return [kibana.action.id, kibana.action.execution.source];
  });
  expect(ids).toEqual([
    ['system-connector-.system', 'background_task'],
    ['note', 'background_task'],
    ['note', 'background_task'],
    ['system-connector-.system', 'background_task'],
  ]);
});

it('the other run goes on where the one that asked for it has ended', async () => {
  const gate = Promise.withResolvers<string>();
  let other: Promise<ActionResult> | undefined;
  await using system = await open(
    async (connectors) => {
      other = connectors.run('note', { message: 'x' });
    },
    () => gate.promise,
  );
  expect(await system.run()).toMatchObject({ status: 'ok' });
  await vi.waitFor(() => expect(system.engine.execution.inFlight()).toBe(1));
  gate.resolve('late');
  expect(await other).toMatchObject({ status: 'ok', data: 'late' });
});

it.each(['system-connector-.system', 'guarded', 'elsewhere', 'nothing'])(
  'a system type does not get at %s',
  async (id) => {
    await using system = await open(async (connectors) => {
      expect(await connectors.find(id)).toBeUndefined();
      await connectors.run(id, {});
    });
    expect(await system.run()).toMatchObject({
      status: 'error',
      serviceMessage: `Saved object [action/${id}] not found`,
    });
  },
);

it('a system type gets at a connector that is for some when it runs for one of them', async () => {
  const found = vi.fn();
  await using system = await open(async (connectors) => found(await connectors.find('note')));
  const use = { users: ['ann'], roles: [] };
  await system.engine.catalog.changeAccess('default', 'note', (access) => ({ ...access, use }));
  const identity = { profileUid: 'u_1', roles: [], fullName: null, email: null, privileges: [] };
  for (const username of ['ann', 'bob']) await system.run(undefined, { username, ...identity });
  await system.run();
  const note = { id: 'note', name: 'Note', typeId: '.note' };
  expect(found.mock.calls).toEqual([[note], [undefined], [undefined]]);
});

it('a type that is no system type gets at none', async () => {
  await using plain = await open(async (connectors) => {
    expect(await connectors.find('note')).toBeUndefined();
    await connectors.run('note', {});
  });
  expect(await plain.run('plain')).toMatchObject({ status: 'error' });
});
