import { createHmac, generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signatureFault } from '../../../../connectors/src/bedrock/testing/verify-signature.ts';
import { testCa } from '../../../../engine/src/testing/test-ca.ts';
import {
  createHttpClient,
  type HttpClient,
  type HttpResponse,
  type TransportRequest,
} from '../../http/index.ts';
import { createLogger } from '../../logger.ts';
import type { TokenStore } from '../../oauth/index.ts';
import { memoryTokens, type StandIn, standIn, testAction } from '../../testing/index.ts';
import type { SpecAuthType, SpecMetadata } from '../connector-spec.ts';
import { defineConnectorSpec } from '../define-connector-spec.ts';
import { type AuthTypeId, authTypes } from './index.ts';

const METADATA: SpecMetadata = {
  id: '.notes',
  displayName: 'Notes',
  description: 'Writes notes.',
  minimumLicense: 'basic',
  supportedFeatureIds: ['workflows'],
};

const specOf = (type: SpecAuthType) =>
  defineConnectorSpec({
    metadata: METADATA,
    auth: { types: [type] },
    schema: z.strictObject({ url: z.string() }),
    actions: {
      read: {
        input: z.strictObject({}),
        handler: async ({ client, config: { url } }) => (await client.get(`${url}/notes?id=1`)).status,
      },
    },
  });

const READ = { subAction: 'read', subActionParams: {} };

async function read(type: SpecAuthType, secrets: object, vendor?: StandIn, tokens?: TokenStore) {
  await using own = vendor ?? (await standIn());
  const { result, sensitiveHeaders } = await testAction(specOf(type), {
    config: { url: own.url },
    secrets: { authType: typeof type === 'string' ? type : type.type, ...secrets },
    params: READ,
    ...(tokens && { tokens }),
  });
  const [request] = own.received.slice(-1);
  return { result, sensitiveHeaders, request };
}

/** What a request asks of the transport. */
async function requestOf(type: AuthTypeId, secrets: Record<string, unknown>) {
  let seen: TransportRequest | undefined;
  const http = createHttpClient({
    async transport(request) {
      seen = request;
      return { status: 200, statusText: '', headers: {}, body: [] };
    },
    signal: new AbortController().signal,
    userAgent: 'test',
  });
  const context = {
    http,
    connector: { id: 'c1', name: 'C', typeId: '.notes', typeName: 'Notes', spaceId: 'default' },
    tokens: memoryTokens(),
    log: createLogger(() => {}),
    now: () => new Date(),
  };
  const parsed = authTypes[type].fields(undefined).parse(secrets);
  await authTypes[type].client({ ...context, secrets: parsed }).get('https://notes.example');
  return seen;
}

describe('a request', () => {
  it.each<[SpecAuthType, object, object]>([
    ['none', {}, {}],
    ['basic', { username: 'ada', password: 'open' }, { authorization: 'Basic YWRhOm9wZW4=' }],
    ['basic_with_tls', { username: 'ada', password: 'open' }, { authorization: 'Basic YWRhOm9wZW4=' }],
    ['bearer', { token: 't' }, { authorization: 'Bearer t' }],
    ['bearer_with_tls', { token: 't' }, { authorization: 'Bearer t' }],
    ['api_key_header', { apiKey: 'k' }, { 'api-key': 'k' }],
    ['api_key_header', { headerField: 'X-Key', apiKey: 'k' }, { 'x-key': 'k' }],
    [
      { type: 'api_key_header', defaults: { headerField: 'x-apikey' } },
      { 'x-apikey': 'k' },
      { 'x-apikey': 'k' },
    ],
    [{ type: 'api_key_header', defaults: {} }, { 'Api-Key': 'k' }, { 'api-key': 'k' }],
    ['api_key_header_with_tls', { apiKey: 'k' }, { authorization: 'k' }],
  ])('with %j and %j has %j', async (type, secrets, headers) => {
    const { request, result } = await read(type, secrets);
    expect(result.status).toBe('ok');
    expect(request).toMatchObject({ url: '/notes?id=1', headers });
    if (Object.keys(headers).length === 0) expect(request?.headers.authorization).toBeUndefined();
  });

  it('keeps a header with a key from other origins', async () => {
    const { sensitiveHeaders } = await read('api_key_header', { headerField: 'X-Key', apiKey: 'k' });
    expect(sensitiveHeaders).toEqual(['X-Key']);
  });

  it.each<[SpecAuthType, object, string]>([
    ['api_key_query', { apiKey: 'a&b' }, '/notes?id=1&apiKey=a%26b'],
    [
      { type: 'api_key_query', defaults: { paramNames: ['key', 'token'] } },
      { key: 'k', token: 't' },
      '/notes?id=1&key=k&token=t',
    ],
  ])('with %j and %j goes to %s', async (type, secrets, url) => {
    expect((await read(type, secrets)).request?.url).toBe(url);
  });
});

it('a key in the query is shown to nobody', async () => {
  expect((await requestOf('api_key_query', { apiKey: 'k' }))?.sensitiveQuery).toEqual(['apiKey']);
});

describe('secrets', () => {
  it.each<[SpecAuthType, object, string]>([
    ['basic', { username: '', password: 'p' }, 'username'],
    ['basic', { username: 'u' }, 'password'],
    ['bearer', { token: '' }, 'token'],
    ['api_key_header', { headerField: 'X Key', apiKey: 'k' }, 'headerField'],
    ['api_key_query', {}, 'apiKey'],
    ['crt_certificate', { crt: 'AAAA' }, 'key'],
    [
      'oauth_client_credentials',
      { tokenUrl: 'ftp://a.example', clientId: 'c', clientSecret: 's' },
      'tokenUrl',
    ],
    ['oauth_client_credentials', { tokenUrl: 'https://a.example', clientId: 'c' }, 'clientSecret'],
    ['bearer_with_tls', { token: 't', verificationMode: 'some' }, 'verificationMode'],
  ])('of %j that are %j are refused for %s', async (type, secrets, field) => {
    await expect(read(type, secrets)).rejects.toThrow(
      new RegExp(`^error validating connector type secrets: ✖ [^\\n]*\\n {2}→ at ${field}$`),
    );
  });

  it('whose token URL is of a host that is not allowed are refused', async () => {
    const run = testAction(specOf('oauth_client_credentials'), {
      config: { url: 'http://127.0.0.1' },
      secrets: {
        authType: 'oauth_client_credentials',
        tokenUrl: 'https://login.example/token',
        clientId: 'c',
        clientSecret: 's',
      },
      params: READ,
      allowedHosts: ['127.0.0.1'],
    });
    await expect(run).rejects.toThrow(
      'error validating connector type secrets: error validating url: target url "https://login.example/token" is not added to the Kibana config xpack.actions.allowedHosts',
    );
  });

  it('need no value for a field with a default, and may have another one', async () => {
    const type = specOf({
      type: 'oauth_authorization_code',
      defaults: { authorizationUrl: 'https://a.example/authorize', tokenUrl: 'https://a.example/token' },
    });
    const given = { authType: 'oauth_authorization_code', clientId: 'c', clientSecret: 's' };
    expect(type.secrets.parse(given)).toEqual({
      ...given,
      authorizationUrl: 'https://a.example/authorize',
      tokenUrl: 'https://a.example/token',
      useBasicAuth: true,
      scopeQueryParam: 'scope',
    });
    expect(type.secrets.parse({ ...given, tokenUrl: 'https://b.example' })).toMatchObject({
      tokenUrl: 'https://b.example',
    });
  });
});

describe('TLS', () => {
  it.each<[AuthTypeId, Record<string, unknown>, object]>([
    [
      'bearer_with_tls',
      { token: 't', caCert: 'PEM', verificationMode: 'certificate' },
      { ca: 'PEM', verificationMode: 'certificate' },
    ],
    [
      'basic_with_tls',
      { username: 'u', password: 'p', verificationMode: 'none' },
      { ca: undefined, verificationMode: 'none' },
    ],
    [
      'crt_certificate',
      { crt: 'Y3J0', key: 'a2V5', passphrase: 'open', ca: 'Y2E=' },
      {
        cert: Buffer.from('crt'),
        key: Buffer.from('key'),
        passphrase: 'open',
        ca: Buffer.from('ca'),
        verificationMode: undefined,
      },
    ],
    [
      'pfx_certificate',
      { pfx: 'cGZ4', verificationMode: 'full' },
      { pfx: Buffer.from('pfx'), passphrase: undefined, ca: undefined, verificationMode: 'full' },
    ],
  ])('with %s and %j is %j', async (type, secrets, tls) => {
    expect((await requestOf(type, secrets))?.tls).toEqual(tls);
  });
});

/** A token endpoint, and a service that takes its last token. */
async function oauthService(isClient: (form: URLSearchParams) => boolean) {
  let given = 0;
  const vendor = await standIn(({ url, headers, body }) => {
    if (url !== '/token') return { status: headers.authorization === `Bearer t${given}` ? 200 : 401 };
    if (!isClient(new URLSearchParams(body))) return { status: 401, body: '{"error":"invalid_client"}' };
    given += 1;
    return { body: JSON.stringify({ token_type: 'Bearer', access_token: `t${given}`, expires_in: 3600 }) };
  });
  return {
    vendor,
    revoke: () => {
      given += 1;
    },
    tokenRequests: () => vendor.received.filter(({ url }) => url === '/token'),
  };
}

describe('OAuth client credentials', () => {
  const isClient = (form: URLSearchParams) =>
    form.get('grant_type') === 'client_credentials' &&
    form.get('client_id') === 'id' &&
    form.get('client_secret') === 'the secret';
  const secretsFor = ({ url }: StandIn, clientSecret = 'the secret') => ({
    tokenUrl: `${url}/token`,
    clientId: 'id',
    clientSecret,
    scope: 'read',
  });
  const run = (vendor: StandIn, tokens = memoryTokens(), clientSecret?: string) =>
    testAction(specOf('oauth_client_credentials'), {
      config: { url: vendor.url },
      secrets: { authType: 'oauth_client_credentials', ...secretsFor(vendor, clientSecret) },
      params: READ,
      tokens,
    });

  it('asks for a token once and sends it', async () => {
    const { vendor, tokenRequests } = await oauthService(isClient);
    await using _ = vendor;
    const tokens = memoryTokens();
    for (const _ of [1, 2])
      expect((await run(vendor, tokens)).result).toMatchObject({ status: 'ok', data: 200 });
    expect(tokenRequests().map(({ body }) => body)).toEqual([
      'client_id=id&client_secret=the%20secret&grant_type=client_credentials&scope=read',
    ]);
  });

  it('forgets a token that the service refuses: the next run has a new one', async () => {
    const { vendor, revoke } = await oauthService(isClient);
    await using _ = vendor;
    const tokens = memoryTokens();
    await run(vendor, tokens);
    revoke();
    expect((await run(vendor, tokens)).result).toMatchObject({
      status: 'error',
      message: 'Request failed with status code 401',
      retry: false,
    });
    expect((await run(vendor, tokens)).result.status).toBe('ok');
  });

  it('that the token endpoint refuses end the run in its words, without the secret', async () => {
    const { vendor } = await oauthService(isClient);
    await using _ = vendor;
    expect((await run(vendor, undefined, 'a wrong secret')).result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'Unable to retrieve/refresh the access token: {"error":"invalid_client"}',
      retry: false,
      errorSource: 'user',
    });
  });
});

describe('OAuth client credentials with a private key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const partsOf = (form: URLSearchParams) => (form.get('client_assertion') ?? '').split('.');
  const read = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

  /** Verified by OpenSSL, not by the library that signs. */
  const isSigned = (form: URLSearchParams) => {
    const [header = '', claims = '', signature = ''] = partsOf(form);
    return (
      form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
      verify(
        'RSA-SHA256',
        Buffer.from(`${header}.${claims}`),
        rsa.publicKey,
        Buffer.from(signature, 'base64url'),
      )
    );
  };

  const run = (vendor: StandIn, secrets: object) =>
    testAction(specOf('oauth_client_credentials_private_key_jwt'), {
      config: { url: vendor.url },
      secrets: {
        authType: 'oauth_client_credentials_private_key_jwt',
        tokenUrl: `${vendor.url}/token`,
        clientId: 'id',
        algorithm: 'RS256',
        certificateBinding: 'kid',
        keyId: 'k1',
        privateKey,
        ...secrets,
      },
      params: READ,
      now: new Date('2026-01-01T00:00:00Z'),
    });

  it('prove the client by an assertion, and send no secret', async () => {
    const { vendor, tokenRequests } = await oauthService(isSigned);
    await using _ = vendor;
    expect((await run(vendor, {})).result.status).toBe('ok');
    const form = new URLSearchParams(tokenRequests()[0]?.body);
    const [header, claims] = partsOf(form);
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(read(claims)).toEqual({
      iss: 'id',
      sub: 'id',
      aud: `${vendor.url}/token`,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: 1_767_225_600,
      exp: 1_767_226_200,
    });
    expect([...form.keys()].sort()).toEqual([
      'client_assertion',
      'client_assertion_type',
      'client_id',
      'grant_type',
    ]);
  });

  it.each([
    ['no key id', { keyId: undefined }, 'keyId is needed'],
    ['no certificate', { certificateBinding: 'x5c' }, 'certificate is needed'],
    [
      'a key that is none',
      { privateKey: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' },
      'the private key is no key in PEM that its password opens',
    ],
  ])('with %s end the run', async (_, secrets, reason) => {
    const { vendor } = await oauthService(isSigned);
    await using _vendor = vendor;
    expect((await run(vendor, secrets)).result).toMatchObject({
      status: 'error',
      serviceMessage: `Unable to retrieve/refresh the access token: Unable to generate JWT token. Error: ${reason}`,
    });
    expect(vendor.received).toEqual([]);
  });

  it('name the key by its certificate', async () => {
    const { cert: certificate } = testCa().issue();
    const { raw, fingerprint256 } = new X509Certificate(certificate);
    for (const [certificateBinding, name] of [
      ['x5c', [raw.toString('base64')]],
      ['x5t#S256', Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')],
    ] as const) {
      const { vendor, tokenRequests } = await oauthService(isSigned);
      await using _ = vendor;
      await run(vendor, { certificateBinding, certificate });
      const [header] = partsOf(new URLSearchParams(tokenRequests()[0]?.body));
      expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', [certificateBinding]: name });
    }
  });
});

describe('OAuth with the consent of a user', () => {
  const secrets = {
    authorizationUrl: 'https://login.example/authorize',
    tokenUrl: 'https://login.example/token',
    clientId: 'id',
    clientSecret: 's',
  };

  it('sends the token that the user’s consent gave', async () => {
    const tokens = memoryTokens({ token: 'Bearer abc' });
    const { request } = await read('oauth_authorization_code', secrets, undefined, tokens);
    expect(request?.headers.authorization).toBe('Bearer abc');
  });

  it('says who has to act where there is none', async () => {
    const { result, request } = await read('oauth_authorization_code', secrets);
    expect(request).toBeUndefined();
    expect(result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'No access token available. User must complete OAuth authorization flow.',
      retry: false,
      errorSource: 'user',
    });
  });

  it('is declared for the flow', () => {
    expect(specOf('oauth_authorization_code').authorizationCode).toEqual({});
    expect(specOf('bearer').authorizationCode).toBeUndefined();
  });
});

describe('AWS credentials', () => {
  const NOW = new Date('2026-01-01T00:00:00Z');
  const ORIGIN = 'https://lambda.eu-west-1.amazonaws.com';

  /** Calls a host of AWS, where the signature is verified by code that is written from the specification. */
  async function called(
    call: (client: HttpClient) => Promise<HttpResponse>,
    origin = ORIGIN,
    secretAccessKey = 's3cret',
  ) {
    const [, service = '', region = ''] = /\/\/([^.]+)\.([^.]+)/.exec(origin) ?? [];
    const expected = { accessKey: 'AKIA', secret: 's3cret', region, service, now: NOW };
    await using aws = await standIn((request) => {
      const fault = signatureFault(request, expected);
      return fault === undefined ? { body: 'ok' } : { status: 403, body: fault };
    });
    const type = defineConnectorSpec({
      metadata: METADATA,
      auth: { types: ['aws_credentials'] },
      actions: {
        call: { input: z.strictObject({}), handler: async ({ client }) => (await call(client)).text() },
      },
      failureText: (response) => response.text(),
    });
    const { result } = await testAction(type, {
      secrets: { authType: 'aws_credentials', accessKeyId: 'AKIA', secretAccessKey },
      params: { subAction: 'call', subActionParams: {} },
      origins: { [origin]: aws.url },
      now: NOW,
    });
    return { result, received: aws.received };
  }

  it.each<[string, (client: HttpClient) => Promise<HttpResponse>, string, string]>([
    [
      'a path, a query and no body',
      (client) =>
        client.get(`${ORIGIN}/2015-03-31/functions/?b=2`, { query: { a: 'x y*&', Marker: undefined } }),
      '/2015-03-31/functions/?b=2&a=x%20y%2A%26',
      '',
    ],
    [
      'a body, and a path that is escaped',
      (client) =>
        client.post(`${ORIGIN}/functions/a%3Ab/invocations`, {
          json: { text: 'ä' },
          headers: { 'X-Amz-Invocation-Type': 'Event' },
        }),
      '/functions/a%3Ab/invocations',
      '{"text":"ä"}',
    ],
    ['a form', (client) => client.post(`${ORIGIN}/`, { form: { Action: 'List' } }), '/', 'Action=List'],
  ])('sign %s', async (_, call, url, body) => {
    const { result, received } = await called(call);
    expect(result).toMatchObject({ status: 'ok', data: 'ok' });
    expect(received).toMatchObject([{ url, body }]);
  });

  it('with another secret are refused', async () => {
    const { result } = await called((client) => client.get(`${ORIGIN}/`), ORIGIN, 'other');
    expect(result.message).toContain('403: The request signature we calculated does not match');
  });

  it('send S3 the checksum of the body', async () => {
    const origin = 'https://s3.eu-west-1.amazonaws.com';
    const { result, received } = await called(
      (client) => client.put(`${origin}/bucket/key`, { text: 'hello' }),
      origin,
    );
    expect(result.status).toBe('ok');
    expect(received[0]?.headers['x-amz-content-sha256']).toBe(
      '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    );
  });

  it('sign nothing for hosts that are not AWS’s', async () => {
    for (const host of ['amazonaws.com.evil.example', 'evilamazonaws.com', 'notes.example']) {
      const origin = `https://${host}`;
      const { received } = await called((client) => client.get(`${origin}/`), origin);
      expect(received[0]?.headers.authorization).toBeUndefined();
    }
  });

  it('cannot sign what is not known as a whole', async () => {
    const { result, received } = await called((client) =>
      client.post(`${ORIGIN}/`, { multipart: new FormData() }),
    );
    expect([result.message, received]).toEqual([
      'a body that is not known as a whole cannot be signed for AWS',
      [],
    ]);
  });
});

describe('a Google Cloud service account', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = {
    type: 'service_account',
    client_email: 'patchbay@p1.iam.gserviceaccount.com',
    private_key_id: 'k1',
    private_key: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: 'https://evil.example/token',
  };
  const secrets = (serviceAccountJson: string) => ({ authType: 'gcp_service_account', serviceAccountJson });

  it('has a token for an assertion, asked for at Google’s', async () => {
    await using google = await standIn(({ body }) => {
      const [header = '', claims = '', signature = ''] = (
        new URLSearchParams(body).get('assertion') ?? ''
      ).split('.');
      const signed = Buffer.from(`${header}.${claims}`);
      const isSigned = verify('RSA-SHA256', signed, rsa.publicKey, Buffer.from(signature, 'base64url'));
      const { iss, aud, scope } = JSON.parse(Buffer.from(claims, 'base64url').toString());
      const isRight =
        iss === key.client_email &&
        aud === 'https://oauth2.googleapis.com/token' &&
        scope === 'https://www.googleapis.com/auth/cloud-platform';
      return isSigned && isRight
        ? { body: '{"token_type":"Bearer","access_token":"ya29","expires_in":3599}' }
        : { status: 400, body: '{"error":"invalid_grant"}' };
    });
    await using vendor = await standIn();
    const { result } = await testAction(specOf('gcp_service_account'), {
      config: { url: vendor.url },
      secrets: secrets(JSON.stringify(key)),
      params: READ,
      origins: { 'https://oauth2.googleapis.com': google.url },
    });
    expect(result.status).toBe('ok');
    expect(vendor.received).toMatchObject([{ headers: { authorization: 'Bearer ya29' } }]);
  });

  it.each(['{"client_email": "a secret', '{}', JSON.stringify({ ...key, private_key: '' })])(
    'is refused where its key file is none, without a word of it',
    async (text) => {
      const run = testAction(specOf('gcp_service_account'), {
        config: { url: 'http://127.0.0.1' },
        secrets: secrets(text),
        params: READ,
      });
      await expect(run).rejects.toThrow(
        'error validating connector type secrets: ✖ expected the JSON key file of a service account\n  → at serviceAccountJson',
      );
    },
  );
});

describe('an account key of Azure Storage', () => {
  const KEY = Buffer.from('the account key').toString('base64');
  const NOW = new Date('2026-01-01T00:00:00Z');
  const ORIGIN = 'https://acme.blob.core.windows.net';

  /** What Azure says of a signature, from its documentation: the string is built here line by line. */
  function faultOf({ method, url, headers, body }: StandIn['received'][number]): string | undefined {
    const { pathname, searchParams } = new URL(url, ORIGIN);
    const size = Buffer.byteLength(body);
    let signed = `${method}\n\n\n${size || ''}\n\n${headers['content-type'] ?? ''}\n\n\n\n\n\n${headers.range ?? ''}\n`;
    for (const name of Object.keys(headers)
      .filter((header) => header.startsWith('x-ms-'))
      .sort())
      signed += `${name}:${headers[name]}\n`;
    signed += `/acme${pathname}`;
    for (const name of [...new Set(searchParams.keys())].sort())
      signed += `\n${name.toLowerCase()}:${searchParams.getAll(name).sort().join(',')}`;
    const wanted = createHmac('sha256', Buffer.from(KEY, 'base64')).update(signed, 'utf8').digest('base64');
    if (headers['x-ms-date'] !== 'Thu, 01 Jan 2026 00:00:00 GMT') return 'x-ms-date';
    return headers.authorization === `SharedKey acme:${wanted}` ? undefined : 'AuthenticationFailed';
  }

  async function called(call: (client: HttpClient) => Promise<HttpResponse>, accountKey = KEY) {
    await using azure = await standIn((request) => {
      const fault = faultOf(request);
      return fault === undefined ? { body: 'ok' } : { status: 403, body: fault };
    });
    const type = defineConnectorSpec({
      metadata: METADATA,
      auth: { types: ['azure_shared_key'], headers: { 'x-ms-version': '2024-11-04' } },
      actions: {
        call: { input: z.strictObject({}), handler: async ({ client }) => (await call(client)).text() },
      },
      failureText: (response) => response.text(),
    });
    return await testAction(type, {
      secrets: { authType: 'azure_shared_key', accountName: 'acme', accountKey },
      params: { subAction: 'call', subActionParams: {} },
      origins: { [ORIGIN]: azure.url },
      now: NOW,
    });
  }

  it.each<[string, (client: HttpClient) => Promise<HttpResponse>]>([
    [
      'a list',
      (client) => client.get(`${ORIGIN}/`, { query: { restype: 'container', comp: 'list', prefix: 'a b&' } }),
    ],
    [
      'a part of a blob',
      (client) => client.get(`${ORIGIN}/c/a%20b.txt`, { headers: { Range: 'bytes=0-9' } }),
    ],
    [
      'a blob that is written',
      (client) =>
        client.put(`${ORIGIN}/c/b`, {
          text: 'ä',
          headers: { 'Content-Type': 'text/plain', 'x-ms-blob-type': 'BlockBlob' },
        }),
    ],
    ['a body of JSON', (client) => client.post(`${ORIGIN}/q/messages`, { json: { a: 1 } })],
  ])('signs %s', async (_, call) => {
    expect((await called(call)).result).toMatchObject({ status: 'ok', data: 'ok' });
  });

  it('that is another one is refused', async () => {
    const { result } = await called((client) => client.get(`${ORIGIN}/`), 'b3RoZXI=');
    expect(result.message).toBe('Request failed with status code 403: AuthenticationFailed');
  });
});
