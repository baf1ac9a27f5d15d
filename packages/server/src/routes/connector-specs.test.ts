import { testCa, testTlsOrigin } from '@patchbay/engine/testing';
import { defineConnectorSpec } from '@patchbay/kit';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { authorizationServer } from '../testing/authorization-server.ts';
import { testServer, withBuiltIn } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const ORIGIN = 'https://patchbay.example';

const notes = defineConnectorSpec({
  metadata: {
    id: '.notes',
    displayName: 'Notes',
    description: 'Reads notes.',
    docsUrl: 'https://notes.example/api',
    minimumLicense: 'gold',
    supportedFeatureIds: ['workflows'],
    isTechnicalPreview: true,
  },
  auth: {
    types: [
      'none',
      'crt_certificate',
      'pfx_certificate',
      { type: 'oauth_authorization_code', defaults: { scope: 'read' } },
      { type: 'api_key_header', defaults: { headerField: 'Key' }, label: 'Key of an account' },
    ],
    headers: { 'X-Api-Version': '2' },
  },
  schema: z.strictObject({
    url: z.url().default('https://notes.example').meta({ title: 'URL', description: 'Where the notes are.' }),
  }),
  validateUrls: { fields: ['url'] },
  actions: {
    read: {
      input: z.strictObject({}),
      handler: async ({ client, config }) => (await client.get(config.url)).text(),
    },
  },
});

const server = await testServer({
  types: withBuiltIn(notes),
  settings: { 'server.publicBaseUrl': ORIGIN, 'xpack.actions.maxPayloadSize': 4_000_000 },
});
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const READ = { subAction: 'read', subActionParams: {} };
let count = 0;

async function create(url: string, secrets: object) {
  const path = `/api/actions/connector/n${count++}`;
  const body = { name: 'Notes', connector_type_id: '.notes', config: { url }, secrets };
  const { status, body: answer } = await call('POST', path, { body });
  const run = async (params: object = READ) =>
    (await call('POST', `${path}/_execute`, { body: { params } })).body;
  return { status, answer, run, path };
}

describe('GET /internal/actions/connector_types/{id}/spec', () => {
  const specOf = (id: string, on = server) => on.call('GET', `/internal/actions/connector_types/${id}/spec`);

  it('tells who the type is, and what its config and secrets are', async () => {
    const { status, body } = await specOf('.notes');
    expect(status).toBe(200);
    expect(body.metadata).toEqual({
      id: '.notes',
      displayName: 'Notes',
      description: 'Reads notes.',
      docsUrl: 'https://notes.example/api',
      minimumLicense: 'gold',
      supportedFeatureIds: ['workflows'],
      isTechnicalPreview: true,
    });
    const { config, secrets } = body.schema.properties;
    expect(config.properties.url).toEqual({
      type: 'string',
      format: 'uri',
      default: 'https://notes.example',
      title: 'URL',
      label: 'URL',
      description: 'Where the notes are.',
      helpText: 'Where the notes are.',
    });
    expect(secrets.label).toBe('Authentication');
    expect(
      secrets.oneOf.map((choice: { label: string; properties: { authType: { const: string } } }) => [
        choice.properties.authType.const,
        choice.label,
      ]),
    ).toEqual([
      ['none', 'None'],
      ['crt_certificate', 'Client certificate'],
      ['pfx_certificate', 'Client certificate (PKCS#12)'],
      ['oauth_authorization_code', 'OAuth, with the consent of a user'],
      ['api_key_header', 'Key of an account'],
    ]);
    expect(secrets.oneOf[4].properties.Key).toMatchObject({ type: 'string', minLength: 1, sensitive: true });
  });

  it('has no choice that the operator has turned off', async () => {
    await using strict = await testServer({
      types: [notes],
      settings: { 'xpack.actions.webhook.ssl.pfx.enabled': false },
    });
    expect(JSON.stringify((await specOf('.notes', strict)).body)).not.toContain('pfx_certificate');
  });

  it('asks for the privilege to read connectors', async () => {
    const nobody = await addUser(server, 'nobody', []);
    const answer = await call('GET', '/internal/actions/connector_types/.notes/spec', { as: nobody });
    expect(answer).toMatchObject({ status: 403, body: { message: 'Unauthorized to get actions' } });
  });

  it.each(['.server-log', '.unknown'])('knows nothing of %s', async (id) => {
    expect(await specOf(id)).toMatchObject({
      status: 404,
      body: { message: `Spec for connector type "${id}" not found.` },
    });
  });
});

describe('a connector of a type with a spec', () => {
  it('has the source spec, and is not for alerting', async () => {
    const { body } = await call('GET', '/api/actions/connector_types?feature_id=workflows');
    expect(body.find(({ id }: { id: string }) => id === '.notes')).toMatchObject({
      source: 'spec',
      is_experimental: true,
    });
  });

  it('is stored with the defaults of its config, and runs', async () => {
    await using vendor = await standIn(() => ({ body: 'hello' }));
    const { answer, run } = await create(vendor.url, { authType: 'api_key_header', Key: 'the-k3y' });
    expect(answer).toMatchObject({ config: { url: vendor.url }, connector_type_id: '.notes' });
    expect(await run()).toMatchObject({ status: 'ok', data: 'hello' });
    expect(vendor.received).toMatchObject([{ headers: { key: 'the-k3y', 'x-api-version': '2' } }]);
    const body = { name: 'N', connector_type_id: '.notes', config: {}, secrets: { authType: 'none' } };
    const created = await call('POST', '/api/actions/connector/with-defaults', { body });
    expect(created.body.config).toEqual({ url: 'https://notes.example' });
  });

  it('is refused with an auth type that it has not', async () => {
    expect(await create('https://notes.example', { authType: 'bearer', token: 't' })).toMatchObject({
      status: 400,
      answer: { message: expect.stringMatching(/^error validating connector type secrets: ✖ .*authType$/s) },
    });
  });

  it('takes a larger answer for a run that asks for one, and a smaller', async () => {
    await using vendor = await standIn(() => ({ body: 'x'.repeat(2_000_000) }));
    const { run } = await create(vendor.url, { authType: 'none' });
    expect(await run()).toMatchObject({ service_message: 'maxContentLength size of 1048576 exceeded' });
    const taking = (bytes: number) => run({ ...READ, fetchOptions: { max_content_length: bytes } });
    expect((await taking(2_000_000)).data).toHaveLength(2_000_000);
    expect(await taking(10)).toMatchObject({ service_message: 'maxContentLength size of 10 exceeded' });
    expect(await taking(4_000_001)).toMatchObject({
      message:
        'error validating action params: fetchOptions.max_content_length is 4000001 bytes, which exceeds xpack.actions.maxPayloadSize (4000000 bytes)',
      retry: false,
    });
  });

  it('shows its client certificate', async () => {
    const ca = testCa();
    await using origin = await testTlsOrigin({
      ...ca.issue(),
      ca: ca.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const client = ca.issue({ commonName: 'patchbay' });
    const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
    const trusted = { ca: base64(ca.cert) };
    const crt = { authType: 'crt_certificate', crt: base64(client.cert), key: base64(client.key) };
    const pfx = { authType: 'pfx_certificate', pfx: base64(client.toPfx('open')), passphrase: 'open' };
    for (const secrets of [crt, pfx]) {
      const { run } = await create(origin.url, { ...secrets, ...trusted });
      expect(await run()).toMatchObject({ status: 'ok', data: 'hello' });
    }
    expect(origin.clients).toEqual(['patchbay', 'patchbay']);
  });

  it('runs with the consent of a user', async () => {
    await using service = await authorizationServer({
      clientId: 'patchbay',
      clientSecret: 'the client secret',
      redirectUri: `${ORIGIN}/api/actions/connector/_oauth_callback`,
      auth: 'basic',
      now: () => new Date(),
    });
    const { run, path } = await create(`${service.url}/api`, {
      authType: 'oauth_authorization_code',
      authorizationUrl: `${service.url}/authorize`,
      tokenUrl: `${service.url}/token`,
      clientId: 'patchbay',
      clientSecret: 'the client secret',
    });
    expect(await run()).toMatchObject({
      message: 'No access token available. User must complete OAuth authorization flow.',
      retry: false,
    });
    const flow = path.replace('/api/', '/internal/');
    const { body } = await call('POST', `${flow}/_start_oauth_flow`, { body: {} });
    expect(new URL(body.authorizationUrl).searchParams.get('scope')).toBe('read');
    const { pathname, search } = await service.consent(body.authorizationUrl);
    expect((await call('GET', pathname + search)).status).toBe(200);
    expect(await run()).toMatchObject({ status: 'ok' });
  });
});
