import { standIn } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ecsProblems } from './testing/ecs-fields.ts';
import { plain } from './testing/made-up-types.ts';
import { testServer } from './testing/test-server.ts';

const failing = {
  ...plain('.failing'),
  config: z.strictObject({}).refine(() => {
    throw new Error('the disk is on fire');
  }),
};

describe('log lines in ECS fields', () => {
  it('have no field that is not in the schema, none twice, and none of another type', async () => {
    await using gone = await standIn(() => ({ status: 500 }));
    await using server = await testServer({
      settings: { 'patchbay.logging.format': 'ecs', 'logging.root.level': 'trace', 'server.name': 'one' },
      types: [...(await import('@patchbay/connectors')).connectorTypes, failing],
    });
    const url = '/api/actions/connector';
    const webhook = { name: 'x', connector_type_id: '.webhook', config: { url: gone.url, hasAuth: false } };
    await server.call('POST', `${url}/w`, { body: webhook });
    await server.call('POST', `${url}/w/_execute`, { body: { params: { body: 'x' } } });
    await server.call('POST', url, { body: { name: 'x', connector_type_id: '.failing' } });
    await server.call('GET', url, { as: null });
    await server.call('POST', '/api/patchbay/deliveries', {
      body: { connector_id: 'w', params: { body: 'x' } },
    });
    await server.stop();
    expect(server.logLines.flatMap((line) => ecsProblems(line).map((problem) => [problem, line]))).toEqual(
      [],
    );
    const base = {
      'ecs.version': '8.11.0',
      'service.name': 'patchbay',
      'service.node.name': 'one',
      'process.pid': process.pid,
    };
    expect(server.logged).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...base, 'log.logger': 'audit', 'log.level': 'info' }),
        expect.objectContaining({
          ...base,
          'log.level': 'error',
          message: 'POST /api/actions/connector: the disk is on fire',
          error: {
            type: 'Error',
            message: 'the disk is on fire',
            stack_trace: expect.stringContaining('logging.test.ts'),
          },
        }),
        expect.objectContaining({
          'log.level': 'debug',
          http: { request: { id: expect.any(String), method: 'POST' }, response: { status_code: 200 } },
          url: { path: `${url}/w/_execute` },
          event: { duration: expect.any(Number) },
          client: { ip: '127.0.0.1' },
        }),
      ]),
    );
  });

  it('tell a reader of the list what is wrong with a line', () => {
    const line = JSON.stringify({ level: 30, 'event.duration': 'long', http: { request: { id: 'x' } } });
    expect(ecsProblems(line)).toEqual([
      'level is no field of the schema',
      'event.duration is no long: "long"',
    ]);
    expect(ecsProblems('{"message":"a","message":"b"}')).toEqual(['a field is written twice']);
  });
});

it('log lines are as pino has them, where nobody says otherwise', async () => {
  await using server = await testServer();
  await server.call('GET', '/api/actions/connectors', { as: null });
  expect(server.logged).toContainEqual(
    expect.objectContaining({
      level: 30,
      time: expect.any(String),
      logger: 'audit',
      msg: expect.any(String),
    }),
  );
});
