import { join } from 'node:path';
import { openSqliteStore } from '@patchbay/engine/store';
import { testProxy } from '@patchbay/engine/testing';
import { standIn } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testServer } from '../testing/test-server.ts';

const slack = () => standIn(() => ({ body: 'ok' }));
const create = (webhookUrl: string) => ({
  body: { name: 'Ops', connector_type_id: '.slack', secrets: { webhookUrl } },
});
const path = '/api/actions/connector/ops';
const execute = { body: { params: { message: 'success' } } };

describe('.slack', () => {
  it('is created from the webhook URL alone', async () => {
    await using server = await testServer();
    expect(await server.call('POST', path, create('https://hooks.slack.com/services/T0/B0/X'))).toMatchObject(
      {
        status: 200,
        body: {
          id: 'ops',
          name: 'Ops',
          connector_type_id: '.slack',
          config: {},
          is_missing_secrets: false,
          is_deprecated: false,
          is_preconfigured: false,
          is_system_action: false,
          is_connector_type_deprecated: false,
        },
      },
    );
  });

  it('is not created without it', async () => {
    await using server = await testServer();
    const body = { name: 'Ops', connector_type_id: '.slack', secrets: {} };
    expect(await server.call('POST', path, { body })).toMatchObject({
      status: 400,
      body: {
        error: 'Bad Request',
        message:
          'error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at webhookUrl',
      },
    });
  });

  it.each([
    ['proxyBypassHosts', '127.0.0.1', 0],
    ['proxyBypassHosts', 'elsewhere.example', 1],
    ['proxyOnlyHosts', '127.0.0.1', 1],
    ['proxyOnlyHosts', 'elsewhere.example', 0],
  ])('with %s: [%s] goes through the proxy %i times', async (setting, host, tunnels) => {
    await using vendor = await slack();
    await using proxy = await testProxy();
    await using server = await testServer({
      settings: { 'xpack.actions.proxyUrl': proxy.url, [`xpack.actions.${setting}`]: [host] },
    });
    await server.call('POST', path, create(vendor.url));
    expect((await server.call('POST', `${path}/_execute`, execute)).body.status).toBe('ok');
    expect(vendor.received).toHaveLength(1);
    expect(proxy.tunnels).toHaveLength(tunnels);
  });

  it('is told of in two events, with the bytes that it sent', async () => {
    const dataPath = temporaryFolder();
    await using vendor = await slack();
    const server = await testServer({ dataPath });
    await server.call('POST', path, create(vendor.url));
    await server.call('POST', `${path}/_execute`, execute);
    await server.stop();
    const store = openSqliteStore(join(dataPath, 'patchbay.sqlite'));
    const events = await store.events.find({ connectorIds: ['ops'] });
    await store.close();
    expect(events.map(({ document }) => document)).toMatchObject([
      {
        event: { action: 'execute', outcome: 'success' },
        kibana: { action: { execution: { usage: { request_body_bytes: 18 } } } },
      },
      { event: { action: 'execute-start' } },
    ]);
  });
});

describe('.slack_api', () => {
  it('is created from the token alone', async () => {
    await using server = await testServer();
    const body = { name: 'Ops', connector_type_id: '.slack_api', secrets: { token: 'xoxb-the-token' } };
    expect(await server.call('POST', path, { body })).toMatchObject({
      status: 200,
      body: { config: {}, is_missing_secrets: false },
    });
    expect(
      await server.call('POST', path.replace('ops', 'other'), { body: { ...body, secrets: {} } }),
    ).toMatchObject({
      status: 400,
      body: {
        message:
          'error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at token',
      },
    });
  });

  it('answers by its own id, as the reference does, and by the connector’s where the params are refused', async () => {
    await using server = await testServer({ settings: { 'xpack.actions.allowedHosts': ['slack.com'] } });
    const body = { name: 'Ops', connector_type_id: '.slack_api', secrets: { token: 'xoxb-the-token' } };
    await server.call('POST', path, { body });
    const run = (subActionParams: unknown) =>
      server.call('POST', `${path}/_execute`, {
        body: { params: { subAction: 'validChannelId', subActionParams } },
      });
    expect((await run({})).body).toEqual({
      connector_id: '.slack_api',
      status: 'error',
      message: 'error posting slack message',
      service_message: 'The channel id is empty',
      errorSource: 'user',
    });
    expect((await run({ channelId: 1 })).body).toMatchObject({
      connector_id: 'ops',
      status: 'error',
      retry: false,
    });
  });
});
