import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest } from './testing/send-request.ts';
import { FIRST_PASSWORD, testServer } from './testing/test-server.ts';
import { addApiKey } from './testing/users.ts';

/**
 * The calls of the official Terraform provider, `elastic/elasticstack` 0.16.2, as they were seen on the wire: its
 * sequences, its headers, and what it does not forgive. https://registry.terraform.io/providers/elastic/elasticstack
 */
const server = await testServer();
afterAll(() => server[Symbol.asyncDispose]());

const basic = `Basic ${Buffer.from(`elastic:${FIRST_PASSWORD}`).toString('base64')}`;

/** Go's client, and nothing that a browser or a Kibana plugin would add. */
function provider(method: string, path: string, body?: unknown, authorization = basic): Promise<Answer> {
  const isWrite = method !== 'GET';
  return sendRequest(server.url, {
    method,
    path,
    headers: {
      'User-Agent': 'Go-http-client/1.1',
      Authorization: authorization,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(isWrite && { 'kbn-xsrf': 'true' }),
      'Accept-Encoding': 'gzip',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** A 200 without a JSON content type makes the provider panic. */
function expectJson({ status, headers, body }: Answer) {
  expect([status, body]).toEqual([200, expect.anything()]);
  expect(headers.get('content-type')).toContain('json');
  return body;
}

const expectStatus = async (answer: Promise<Answer>, status: number) =>
  expect((await answer).status).toBe(status);

/** A key that is null counts as one that is not there. */
const withoutNulls = (config: object) =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));

const connectors = '/s/default/api/actions/connector';

/** What Go decodes; another JSON type is an error there. */
const connectorShape = {
  id: expect.any(String),
  name: expect.any(String),
  connector_type_id: expect.any(String),
  config: expect.any(Object),
  is_preconfigured: false,
  is_deprecated: false,
  is_missing_secrets: false,
  is_system_action: false,
  is_connector_type_deprecated: false,
  auth_mode: 'shared',
};

describe('the status', () => {
  it('has a version that passes every gate of the provider', async () => {
    const { version } = expectJson(await provider('GET', '/api/status'));
    const [major, minor] = version.number.split('.').map(Number);
    expect(major * 1000 + minor).toBeGreaterThanOrEqual(8016);
    expect(version.build_flavor).toBe('traditional');
  });
});

describe('a connector resource', () => {
  /** Config as a user writes it, and what the provider knows that the server may add to it. */
  it.each<[string, { type: string; config: object; secrets: object; added: object }]>([
    ['.server-log', { type: '.server-log', config: {}, secrets: {}, added: {} }],
    [
      '.slack',
      {
        type: '.slack',
        config: {},
        secrets: { webhookUrl: 'https://hooks.slack.com/services/x' },
        added: {},
      },
    ],
    [
      '.webhook with basic auth',
      {
        type: '.webhook',
        config: {
          authType: 'webhook-authentication-basic',
          hasAuth: true,
          headers: { 'X-Env': 'one' },
          url: 'https://h/one/',
        },
        secrets: { password: 'p', user: 'u' },
        added: { method: 'post' },
      },
    ],
    [
      '.webhook with auth of no type',
      {
        type: '.webhook',
        config: { hasAuth: true, url: 'https://h' },
        secrets: { password: 'p', user: 'u' },
        added: { method: 'post' },
      },
    ],
    [
      '.webhook without auth',
      {
        type: '.webhook',
        config: { hasAuth: false, method: 'put', url: 'https://h' },
        secrets: {},
        added: {},
      },
    ],
  ])('of %s is created, read, and compares equal to what the user wrote', async (_, resource) => {
    const { type, config, secrets, added } = resource;
    const created = expectJson(
      await provider('POST', connectors, { config, connector_type_id: type, name: ' n ', secrets }),
    );
    expect(created).toEqual({ ...connectorShape, name: ' n ', connector_type_id: type });
    const read = expectJson(await provider('GET', `${connectors}/${created.id}`));
    expect(read).toEqual(created);
    expect(withoutNulls(read.config)).toEqual({ ...config, ...added });
    await expectStatus(provider('DELETE', `${connectors}/${created.id}`), 204);
  });

  it('is created with an id of the user’s, after a look at the version', async () => {
    const id = 'cc5cacd7-27e4-41eb-9f3b-611eebc6c3ad';
    const body = { config: {}, connector_type_id: '.server-log', name: 'n', secrets: {} };
    expectJson(await provider('GET', '/api/status'));
    expect(expectJson(await provider('POST', `${connectors}/${id}`, body)).id).toBe(id);
    expect(expectJson(await provider('GET', `${connectors}/${id}`)).id).toBe(id);
    await expectStatus(provider('POST', `${connectors}/${id}`, body), 409);
    await expectStatus(provider('DELETE', `${connectors}/${id}`), 204);
  });

  it('is updated as a whole, and read right after', async () => {
    const { id } = expectJson(
      await provider('POST', connectors, {
        config: { hasAuth: true, headers: { a: 'b' }, url: 'https://h/one' },
        connector_type_id: '.webhook',
        name: 'n',
        secrets: { password: 'p', user: 'u' },
      }),
    );
    const config = { hasAuth: false, method: 'put', url: 'https://h' };
    const updated = expectJson(
      await provider('PUT', `${connectors}/${id}`, { config, name: 'n2', secrets: {} }),
    );
    expect(updated).toMatchObject({ id, name: 'n2' });
    const read = expectJson(await provider('GET', `${connectors}/${id}`));
    expect(read).toEqual(updated);
    expect(withoutNulls(read.config)).toEqual(config);
    await expectStatus(provider('DELETE', `${connectors}/${id}`), 204);
  });

  it('that is gone is 404, also when its space is gone or was never there', async () => {
    await expectStatus(provider('GET', `${connectors}/a0479200-0000-4000-8000-000000000000`), 404);
    await expectStatus(provider('GET', '/s/gone/api/actions/connector/a0479200'), 404);
  });

  it('is found by name by the data source, among preconfigured ones without a config', async () => {
    const body = { config: {}, connector_type_id: '.server-log', name: 'Found Me', secrets: {} };
    const { id } = expectJson(await provider('POST', connectors, body));
    const list = expectJson(await provider('GET', '/s/default/api/actions/connectors'));
    const named = list.filter(({ name }: { name: string }) => name === 'Found Me');
    expect(named).toEqual([{ ...connectorShape, id, name: 'Found Me', config: {}, referenced_by_count: 0 }]);
    await expectStatus(provider('DELETE', `${connectors}/${id}`), 204);
  });

  it('is created beside nine others at once', async () => {
    const bodies = Array.from({ length: 10 }, (_, index) => ({
      config: {},
      connector_type_id: '.server-log',
      name: `parallel ${index}`,
      secrets: {},
    }));
    const created = await Promise.all(
      bodies.map(async (body) => {
        const { id } = expectJson(await provider('POST', connectors, body));
        return expectJson(await provider('GET', `${connectors}/${id}`));
      }),
    );
    expect(created.map(({ name }) => name)).toEqual(bodies.map(({ name }) => name));
    await Promise.all(created.map(({ id }) => expectStatus(provider('DELETE', `${connectors}/${id}`), 204)));
  });

  it('is managed with an API key as well', async () => {
    const key = await addApiKey(server, `elastic:${FIRST_PASSWORD}`, { name: 'terraform' });
    const body = { config: {}, connector_type_id: '.server-log', name: 'n', secrets: {} };
    const { id } = expectJson(await provider('POST', connectors, body, key));
    expectJson(await provider('GET', `${connectors}/${id}`, undefined, key));
    await expectStatus(provider('DELETE', `${connectors}/${id}`, undefined, key), 204);
  });
});

describe('a space resource', () => {
  const spaces = '/api/spaces/space';

  it('is created, read, updated, read and deleted, with the connectors in it', async () => {
    const body = { disabledFeatures: [], id: 'team', name: 'T' };
    const created = expectJson(await provider('POST', spaces, body));
    expect(created).toEqual(body);
    expect(expectJson(await provider('GET', `${spaces}/team`))).toEqual(created);
    await expectStatus(provider('POST', spaces, body), 409);

    const change = { ...body, description: 'd', initials: 'tt', color: '#aabbcc', name: 'New name' };
    expect(expectJson(await provider('PUT', `${spaces}/team`, change))).toEqual(change);
    expect(expectJson(await provider('GET', `${spaces}/team`))).toEqual(change);
    expect(expectJson(await provider('GET', spaces))).toContainEqual(change);

    const inside = '/s/team/api/actions/connector';
    const connector = { config: {}, connector_type_id: '.server-log', name: 'n', secrets: {} };
    const { id } = expectJson(await provider('POST', inside, connector));
    await expectStatus(provider('DELETE', `${spaces}/team`), 204);
    await expectStatus(provider('GET', `${spaces}/team`), 404);
    await expectStatus(provider('GET', `${inside}/${id}`), 404);
    await expectStatus(provider('DELETE', `${spaces}/team`), 404);
  });

  it('may have a solution, after a look at the version', async () => {
    expectJson(await provider('GET', '/api/status'));
    const body = { disabledFeatures: [], id: 'solved', name: 'S', solution: 'es' };
    expect(expectJson(await provider('POST', spaces, body))).toEqual(body);
    await expectStatus(provider('DELETE', `${spaces}/solved`), 204);
  });
});

describe('a role resource', () => {
  const role = '/api/security/role/r';

  it('is created, read, updated, read and deleted', async () => {
    const body = {
      description: 'role v1',
      elasticsearch: {},
      kibana: [{ feature: { actions: ['all'] }, spaces: ['default'] }],
      metadata: { owner: 'tf' },
    };
    await expectStatus(provider('PUT', `${role}?createOnly=true`, body), 204);
    await expectStatus(provider('PUT', `${role}?createOnly=true`, body), 409);
    expect(expectJson(await provider('GET', role))).toEqual({
      name: 'r',
      description: 'role v1',
      metadata: { owner: 'tf' },
      transient_metadata: { enabled: true },
      elasticsearch: { cluster: [], indices: [], run_as: [] },
      kibana: [{ base: [], feature: { actions: ['all'] }, spaces: ['default'] }],
      _transform_error: [],
      _unrecognized_applications: [],
    });

    const indices = [{ names: ['logs-*'], privileges: ['read'] }];
    const change = {
      elasticsearch: { cluster: ['monitor'], indices },
      kibana: [{ base: ['all'], spaces: ['*'] }],
    };
    await expectStatus(provider('PUT', `${role}?createOnly=false`, change), 204);
    const read = expectJson(await provider('GET', role));
    expect(read).toMatchObject({
      elasticsearch: { cluster: ['monitor'], indices },
      kibana: [{ base: ['all'], feature: {}, spaces: ['*'] }],
    });
    expect(read).not.toHaveProperty('description');

    await expectStatus(provider('DELETE', role), 204);
    await expectStatus(provider('GET', role), 404);
    await expectStatus(provider('DELETE', role), 404);
  });

  it('may do nothing in Kibana', async () => {
    const body = { elasticsearch: { cluster: [] } };
    await expectStatus(provider('PUT', `${role}?createOnly=true`, body), 204);
    expect(expectJson(await provider('GET', role)).kibana).toEqual([]);
    await expectStatus(provider('DELETE', role), 204);
  });
});
