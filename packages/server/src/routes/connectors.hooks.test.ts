import { BadRequestError } from '@patchbay/engine/errors';
import { defineConnectorType } from '@patchbay/kit';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testServer } from '../testing/test-server.ts';

/** What the hooks of `.hooked` were given, in their order. */
const hooked: unknown[] = [];

const withHooks = defineConnectorType({
  id: '.hooked',
  name: 'Hooked',
  minimumLicense: 'basic',
  features: ['alerting'],
  config: z.strictObject({ fail: z.string().optional() }),
  secrets: z.strictObject({ token: z.string() }),
  params: z.strictObject({}),
  hooks: {
    async preSave({ connectorId, config, secrets, isUpdate }) {
      hooked.push({ hook: 'preSave', connectorId, config, secrets, isUpdate });
      const { fail } = config as { fail?: string };
      if (fail === 'refuse') throw new BadRequestError('the hook refuses');
      if (fail === 'break') throw new Error('the hook broke');
    },
    async postSave({ connectorId, isUpdate, wasSuccessful }) {
      hooked.push({ hook: 'postSave', connectorId, isUpdate, wasSuccessful });
      throw new Error('postSave always fails');
    },
    async postDelete({ connectorId, config }) {
      hooked.push({ hook: 'postDelete', connectorId, config });
      throw new Error('postDelete always fails');
    },
  },
  execute: () => undefined,
});

const server = await testServer({ types: [withHooks] });
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const create = (body: unknown, path: string) => call('POST', path, { body });

describe('the hooks of a connector type', () => {
  const path = '/api/actions/connector/hooked';
  const body = { name: 'x', connector_type_id: '.hooked', secrets: { token: 'hidden' } };
  const errors = () =>
    server.logged.filter(({ level, logger }) => level === 50 && logger === 'actions').map(({ msg }) => msg);

  it('run around each save and after a delete, and only the first can stop it', async () => {
    hooked.length = 0;
    expect((await create(body, path)).status).toBe(200);
    const change = { name: 'y', config: {}, secrets: { token: 'other' } };
    expect((await call('PUT', path, { body: change })).status).toBe(200);
    expect((await call('DELETE', path)).status).toBe(204);
    const connectorId = 'hooked';
    expect(hooked).toEqual([
      { hook: 'preSave', connectorId, config: {}, secrets: { token: 'hidden' }, isUpdate: false },
      { hook: 'postSave', connectorId, isUpdate: false, wasSuccessful: true },
      { hook: 'preSave', connectorId, config: {}, secrets: { token: 'other' }, isUpdate: true },
      { hook: 'postSave', connectorId, isUpdate: true, wasSuccessful: true },
      { hook: 'postDelete', connectorId, config: {} },
    ]);
    expect(errors()).toEqual([
      'postSave of hooked failed: postSave always fails',
      'postSave of hooked failed: postSave always fails',
      'postDelete of hooked failed: postDelete always fails',
    ]);
  });

  it.each([
    ['refuse', { statusCode: 400, error: 'Bad Request', message: 'the hook refuses' }],
    ['break', { statusCode: 400, error: 'Bad Request', message: 'the hook broke' }],
  ])('answer with their error when they %s before the save, and nothing is saved', async (fail, expected) => {
    const answer = await create({ ...body, config: { fail } }, path);
    expect([answer.status, answer.body]).toEqual([expected.statusCode, expected]);
    expect((await call('GET', path)).status).toBe(404);

    await create(body, path);
    const update = await call('PUT', path, {
      body: { name: 'changed', config: { fail }, secrets: { token: 'x' } },
    });
    expect(update.body).toEqual(expected);
    expect((await call('GET', path)).body).toMatchObject({ name: 'x', config: {} });
    await call('DELETE', path);
  });

  it('are told when the save failed, and do not run where nothing is deleted', async () => {
    await create(body, path);
    hooked.length = 0;
    expect((await create(body, path)).status).toBe(409);
    expect(hooked.at(-1)).toEqual({
      hook: 'postSave',
      connectorId: 'hooked',
      isUpdate: false,
      wasSuccessful: false,
    });
    await call('DELETE', path);
    hooked.length = 0;
    expect((await call('DELETE', path)).status).toBe(404);
    expect(hooked).toEqual([]);
  });
});
