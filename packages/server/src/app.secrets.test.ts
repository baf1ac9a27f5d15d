import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActionError, defineConnectorType } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { type CallOptions, temporaryFolder, testServer, withBuiltIn } from './testing/test-server.ts';

/** No two alike, so that a leak says where it comes from. */
const canaries = {
  basicUser: 'canary-basic-user',
  basicPassword: 'canary-basic-password',
  secretHeader: 'canary-secret-header',
  changedPassword: 'canary-changed-password',
  webhookPath: 'canary-webhook-path',
  preconfigured: 'canary-preconfigured-password',
  refused: 'canary-of-a-refused-create',
  leakyToken: 'canary-leaky-token',
  user: 'canary-password-of-a-user',
  first: 'canary-password-of-the-first-user',
  encryptionKey: 'canary-encryption-key-of-32-characters',
};

/** Does everything wrong that a type can do with a secret, but return it. */
const leaky = defineConnectorType({
  id: '.leaky',
  name: 'Leaky',
  minimumLicense: 'basic',
  features: ['alerting'],
  config: z.strictObject({}),
  secrets: z.strictObject({ token: z.string() }),
  params: z.strictObject({ how: z.enum(['throw', 'refuse', 'validate']) }),
  execute({ params, secrets: { token }, log }) {
    log.info(`logging in with ${token}`);
    log.error(`could not log in with ${token}`);
    if (params.how === 'refuse') {
      throw new ActionError(`refused ${token}`, { serviceMessage: `401 for ${token}` });
    }
    throw new Error(`cannot parse ${token}`);
  },
});

it('keeps every secret out of every answer, every log line and every file', async () => {
  // A remote service that gives back whatever it was sent, as some do.
  await using echo = await standIn(({ headers, url }) => ({
    status: 500,
    statusText: 'Echo',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: `${url} ${JSON.stringify(headers)}` }),
  }));
  const dataPath = temporaryFolder();
  const admin = `elastic:${canaries.first}`;
  const server = await testServer({
    dataPath,
    firstPassword: canaries.first,
    types: withBuiltIn(leaky),
    settings: {
      'logging.root.level': 'all',
      'xpack.encryptedSavedObjects.encryptionKey': canaries.encryptionKey,
      'xpack.actions.preconfigured': {
        given: {
          name: 'Given',
          actionTypeId: '.webhook',
          config: { url: echo.url },
          secrets: { user: 'u', password: canaries.preconfigured },
          exposeConfig: true,
        },
      },
    },
  });
  const answered: string[] = [];
  const call = async (method: string, path: string, options: CallOptions = {}) => {
    const answer = await server.call(method, path, { as: admin, ...options });
    answered.push(JSON.stringify([[...answer.headers], answer.body]));
    return answer;
  };
  const make = (id: string, connector_type_id: string, config: object, secrets: object) =>
    call('POST', `/api/actions/connector/${id}`, { body: { name: id, connector_type_id, config, secrets } });
  const run = (id: string, params: object) =>
    call('POST', `/api/actions/connector/${id}/_execute`, { body: { params } });

  const basic = { user: canaries.basicUser, password: canaries.basicPassword };
  const secrets = { ...basic, secretHeaders: { 'X-Token': canaries.secretHeader } };
  await make('hook', '.webhook', { url: echo.url }, secrets);
  await make('hook', '.webhook', { url: echo.url }, secrets);
  await make('slack', '.slack', {}, { webhookUrl: `${echo.url}/${canaries.webhookPath}` });
  await make('leaky', '.leaky', {}, { token: canaries.leakyToken });
  await make('refused', '.webhook', { url: 1 }, { user: canaries.refused, password: canaries.refused });
  await make('refused', '.webhook', { url: echo.url }, { user: canaries.refused });
  await make('refused', '.leaky', {}, { token: [canaries.refused] });
  for (const id of ['hook', 'slack', 'given']) {
    const { body } = await run(id, id === 'slack' ? { message: 'x' } : { body: 'x' });
    expect(body.status).toBe('error');
  }
  for (const how of ['throw', 'refuse', 'validate', 'unknown']) await run('leaky', { how });
  await call('PUT', '/api/actions/connector/hook', {
    body: {
      name: 'hook',
      config: { url: echo.url },
      secrets: { ...basic, password: canaries.changedPassword },
    },
  });
  await run('hook', { body: 'x' });
  for (const path of ['/api/actions/connectors', '/internal/actions/connectors', '/api/status']) {
    await call('GET', path);
  }
  for (const id of ['hook', 'slack', 'leaky', 'given']) await call('GET', `/api/actions/connector/${id}`);
  await call('POST', '/internal/security/users/ann', {
    body: { username: 'ann', password: canaries.user, roles: [] },
  });
  await call('GET', '/internal/security/users');
  await call('GET', '/internal/security/me', { as: `ann:${canaries.user}` });
  await call('GET', '/internal/security/me', { as: `ann:${canaries.user}x` });
  const { body: key } = await server.call('POST', '/internal/security/api_key', {
    as: admin,
    body: { name: 'k' },
  });
  await call('GET', '/internal/security/me', { as: `ApiKey ${key.encoded}` });
  await server.stop();

  const all = { ...canaries, apiKey: key.api_key as string };
  const places = {
    answers: answered.join('\n'),
    log: server.logged.map((line) => JSON.stringify(line)).join('\n'),
    files: readdirSync(dataPath)
      .map((file) => readFileSync(join(dataPath, file), 'latin1'))
      .join('\n'),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length).toBeGreaterThan(1000);
    for (const [name, secret] of Object.entries(all)) {
      expect(text.includes(secret) ? `${name} in the ${place}` : 'nothing').toBe('nothing');
    }
  }
  expect(places.answers).toContain('[redacted]');
  expect(places.log).toContain('[redacted]');
  expect(echo.received).toHaveLength(4);
});
