import { defineConnectorType } from '@patchbay/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { logLines, type TestEngine, testCa, testEngine } from '../testing/index.ts';
import { createExpiry, type Expiry } from './expiry.ts';

const DAY = 86_400_000;
const START = Date.parse('2030-01-01T00:00:00Z');

const type = defineConnectorType({
  id: '.test',
  name: 'Test',
  minimumLicense: 'basic',
  features: ['alerting'],
  config: z.strictObject({ ca: z.string().optional() }),
  secrets: z.strictObject({ token: z.string().optional() }),
  params: z.strictObject({}),
  async execute() {},
});

let now: number;
let engine: TestEngine;
let expiry: Expiry;
let lines: ReturnType<typeof logLines>;

const token = (at: number) =>
  `e30.${Buffer.from(JSON.stringify({ exp: at / 1000 })).toString('base64url')}.x`;

beforeEach(async () => {
  now = START;
  engine = await testEngine({ types: [type], now: () => new Date(now) });
  lines = logLines();
  expiry = createExpiry({
    store: engine.store,
    catalog: engine.catalog,
    spaces: { list: () => [{ id: 'default' }, { id: 'other' }] as never },
    warnBeforeMs: 30 * DAY,
    log: lines.logger('actions'),
    now: () => new Date(now),
  });
});
afterEach(() => engine[Symbol.asyncDispose]());

const create = (spaceId: string, id: string, given: { config?: object; secrets?: object }) =>
  engine.catalog.create(spaceId, {
    id,
    typeId: '.test',
    name: `Name of ${id}`,
    config: {},
    secrets: {},
    ...given,
  });

it('begins so long before the end, the soonest first', async () => {
  await create('default', 'c1', { secrets: { token: token(START + 40 * DAY) } });
  expect(await expiry.of('default', 'c1')).toEqual([]);
  now = START + 11 * DAY;
  expect(await expiry.of('default', 'c1')).toEqual([
    { what: 'secrets.token', kind: 'token', expiresAt: '2030-02-10T00:00:00.000Z' },
  ]);
  await engine.catalog.putSettings('default', 'c1', {
    tls: { certificateAuthorities: testCa().cert },
    secrets: {},
  });
  // Those of the tests are of today, and have long ended then.
  expect((await expiry.of('default', 'c1')).map(({ what }) => what)).toEqual([
    'settings.tls.certificate_authorities',
    'secrets.token',
  ]);
});

it('is told to the log in all spaces, without what is secret', async () => {
  await create('default', 'c1', { secrets: { token: token(START + DAY) } });
  await create('other', 'c2', { secrets: { token: token(START - DAY) } });
  await create('other', 'c3', { secrets: { token: token(START + 365 * DAY) } });
  await expiry.warn();
  expect(lines.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'warn: .test:c1: Name of c1: the token in secrets.token ends on 2030-01-02T00:00:00.000Z',
    'warn: .test:c2: Name of c2: the token in secrets.token has ended on 2029-12-31T00:00:00.000Z',
  ]);
});

it('passes over what does not open', async () => {
  await create('default', 'c1', { secrets: { token: token(START + DAY) } });
  const record = await engine.store.connectors.get('default', 'c1');
  if (record === undefined) throw new Error('it is gone');
  await engine.store.connectors.update({ ...record, config: { ca: 'changed behind its back' } });
  expect(await expiry.of('default', 'c1')).toEqual([]);
});
