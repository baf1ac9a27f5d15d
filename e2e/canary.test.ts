import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testCa } from '../packages/engine/src/testing/index.ts';
import { type OtlpCollector, otlpCollector } from '../packages/server/src/testing/otlp-collector.ts';
import { backedUp, filesOf, rowsOf } from './canary/collect.ts';
import { echoes } from './canary/echoes.ts';
import { planting, type Text } from './canary/planted.ts';
import { killGroup, type Started, start, until } from './checkout.ts';

/**
 * Known secrets are planted wherever the system takes one. Remotes that fail echo everything back that they were
 * given. Then all that the process answered, logged, stored and printed is searched.
 */

const root = join(import.meta.dirname, '..');
const MAIN = ['--disable-warning=ExperimentalWarning', 'packages/server/src/main.js'];
const PASSWORD = 'canary-login-pässword';
const CONNECTOR = '/api/actions/connector';

const planted = planting();
planted.add('login password', 'canary-login-p');
const remotes = echoes();
const folder = mkdtempSync(join(tmpdir(), 'patchbay-canary-'));
const data = join(folder, 'data');
const secretFiles = join(folder, 'mounted');
const out: Text[] = [];
const running: Started[] = [];
let url = '';
let collector: OtlpCollector;

/** What every process of the test finds in its environment. */
const environment: NodeJS.ProcessEnv = {
  ELASTIC_PASSWORD: PASSWORD,
  PATCHBAY_PASSWORD: PASSWORD,
  PATCHBAY_KEYSTORE_PASSWORD: planted.secret('keystore-password'),
  CANARY_REFERRED: planted.secret('environment-reference'),
  CANARY_TOKEN: planted.plain('environment-header-reference'),
};

/** The connector's own config, which whoever may read the connector reads, and the table that it is kept in. */
const inConfig = (name: string) =>
  /^(GET|POST|PUT) \/(api|internal)\/actions\/connectors?(\/in-url)? 200$/.test(name) ||
  name === 'POST /api/saved_objects/_export 200' ||
  /^patchbay connectors (list|get) |^(table|backup of) connectors$|^file data\/patchbay\.sqlite/.test(name);

async function serve(config: object, dataFolder: string, flags: string[] = []): Promise<Started> {
  const file = join(folder, `${running.length}.json`);
  writeFileSync(file, JSON.stringify({ 'logging.root.level': 'trace', 'server.port': 0, ...config }));
  const server = start(process.execPath, [...flags, ...MAIN, '--config', file], root, {
    ...environment,
    PATH_DATA: dataFolder,
  });
  running.push(server);
  await until(server.output, () => server.output().includes('is ready'), 30_000);
  url = /URL:\s+(\S+)/.exec(server.output())?.[1] ?? '';
  return server;
}

/** Stops it; what it printed counts. */
async function stop(server: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  process.kill(server.child.pid ?? 0, signal);
  const code = await server.exited;
  out.push({ name: `what was logged and printed until ${signal}`, text: server.output() });
  return code;
}

/** Runs the command to its end; what it printed counts. */
async function patchbay(args: string[], input = ''): Promise<string> {
  const command = start(process.execPath, [...MAIN, ...args], root, {
    ...environment,
    PATH_DATA: data,
  });
  running.push(command);
  command.child.stdin?.end(input);
  await command.exited;
  out.push({ name: `patchbay ${args.join(' ')}`, text: command.output() });
  return command.output();
}

async function call(method: string, path: string, body?: unknown, password = PASSWORD): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`elastic:${password}`).toString('base64')}`,
      'kbn-xsrf': 'true',
      'x-elastic-internal-origin': 'canary',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const head = `${response.statusText} ${JSON.stringify([...response.headers])}`;
  out.push({ name: `${method} ${path} ${response.status}`, text: `${head} ${text}` });
  return /\bjson\b/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined;
}

const webhook = (target: string, secrets: object = {}, config: object = {}) => ({
  name: 'Canary',
  connector_type_id: '.webhook',
  config: { url: target, ...config },
  secrets,
});

const run = (id: string, params: object = { body: 'x' }) =>
  call('POST', `${CONNECTOR}/${id}/_execute`, { params });

/** Creates a connector and runs it: in earnest, dry, and unsaved. */
async function tryOut(
  id: string,
  connector: { config?: object; secrets: object; connector_type_id: string; name: string },
  params?: object,
): Promise<void> {
  await call('POST', `${CONNECTOR}/${id}`, connector);
  await run(id, params);
  await call('POST', `${CONNECTOR}/${id}/_execute?dry_run=true`, { params: params ?? { body: 'x' } });
  const { name: _name, ...unsaved } = connector;
  await call('POST', '/api/patchbay/connectors/_test', { ...unsaved, params: params ?? { body: 'x' } });
  await call('GET', `${CONNECTOR}/${id}`);
}

const settingsOf = (id: string) => `/api/patchbay/connectors/${id}/settings`;

beforeAll(async () => {
  mkdirSync(data);
  mkdirSync(secretFiles);
  await patchbay(['keystore', 'create']);
  const kept = {
    'elasticsearch.password': planted.secret('elasticsearch-password'),
    'xpack.encryptedSavedObjects.encryptionKey': planted.plain('encryption-key-of-more-than-32-characters'),
    'xpack.actions.proxyHeaders.X-Proxy-Token': planted.plain('proxy-header'),
    'xpack.actions.preconfigured.kept.secrets.password': planted.secret('keystore-preconfigured'),
  };
  for (const [key, value] of Object.entries(kept)) await patchbay(['keystore', 'add', key, '--stdin'], value);
  collector = await otlpCollector();
  const proxy = new URL(await remotes.proxy());
  proxy.username = planted.plain('proxy-user');
  proxy.password = planted.secret('proxy-password');
  const preconfigured = async (secrets: object) => ({
    name: 'Preconfigured',
    actionTypeId: '.webhook',
    config: { url: `${await remotes.echo(500)}/hook` },
    secrets: { user: 'someone', ...secrets },
  });
  await serve(
    {
      'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys': [
        planted.plain('former-key-of-more-than-32-characters'),
      ],
      'xpack.actions.proxyUrl': proxy.href,
      'xpack.actions.proxyOnlyHosts': ['through-the-proxy.example', 'inside-the-proxy.example'],
      'xpack.actions.preconfigured': {
        preconfigured: await preconfigured({ password: planted.secret('preconfigured-password') }),
        kept: await preconfigured({}),
      },
      'xpack.actions.preconfiguredAlertHistoryEsIndex': true,
      'xpack.actions.run.maxAttempts': 1,
      'patchbay.connectorSettings': {
        kept: {
          proxy: { url: await remotes.proxy() },
          secrets: { proxyUser: 'someone', proxyPassword: planted.secret('preconfigured-proxy') },
        },
      },
      'patchbay.secretReferences.environment': ['CANARY_*'],
      'patchbay.secretReferences.folders': [secretFiles],
      'patchbay.audit.file': join(data, 'audit.log'),
      'elasticsearch.hosts': [await remotes.elasticsearch()],
      'elasticsearch.username': 'writer',
      'patchbay.tracing.endpoint': collector.url,
      'patchbay.tracing.headers': { 'X-Collector-Token': planted.plain('tracing-header') },
      'elasticsearch.customHeaders': { 'X-Cluster-Token': planted.plain('elasticsearch-header') },
    },
    data,
  );
});

afterAll(async () => {
  for (const process of running) killGroup(process);
  await collector[Symbol.asyncDispose]();
  remotes.close();
  rmSync(folder, { recursive: true, force: true });
});

it('no planted secret comes out, whatever fails', async () => {
  await plantInConnectors();
  await plantInOauth();
  await plantInReferences();
  await plantInSettings();
  await plantInRefusals();
  await runWithElasticsearch();
  await deliverToThem();
  await moveThem();
  await readEverything();
  await useCommands();
  const [server] = running.filter(({ output }) => output().includes('is ready'));
  expect(await stop(server as Started)).toBe(0);
  expect(server?.output()).toContain('action execution failure');
  expect(collector.spans.length).toBeGreaterThan(100);
  out.push({ name: 'spans', text: Buffer.concat(collector.bytes).toString() });
  await runWithOtherCredentials();
  await crash();

  out.push(...filesOf(folder).filter(({ name }) => !isOurs(name)), ...rowsOf(join(data, 'patchbay.sqlite')));
  expect(planted.count()).toBeGreaterThan(60);
  expect(out.length).toBeGreaterThan(150);
  expect(out.filter(({ text }) => text.includes('[redacted]')).length).toBeGreaterThan(60);
  expect([...new Set(planted.foundIn(out))]).toEqual([]);
});

/** What this test itself wrote. */
const isOurs = (name: string) => /^file (\d+\.json|mounted\/|[a-z-]+\.(yml|mjs|txt)$)/.test(name);

async function plantInConnectors(): Promise<void> {
  for (const status of [400, 401, 403, 404, 407, 422, 429, 500, 503]) {
    const secrets = {
      user: planted.secret(`user-${status}`),
      password: planted.secret(`password-${status}`),
      secretHeaders: {
        'X-Secret': planted.plain(`header-${status}`),
        'X-Bearer': `Bearer ${planted.plain(`bearer-${status}`)}`,
        'X-Basic': `Basic ${Buffer.from(`a:${planted.secret(`basic-${status}`)}`).toString('base64')}`,
      },
    };
    await tryOut(`echo-${status}`, webhook(`${await remotes.echo(status)}/hook`, secrets));
  }
  for (const host of ['through-the-proxy', 'inside-the-proxy']) {
    const secrets = { user: 'x', password: planted.secret(host) };
    await tryOut(host, webhook(`http://${host}.example/`, secrets));
  }
  const redirected = { user: 'x', password: planted.secret('redirected') };
  await tryOut('redirected', webhook(await remotes.redirecting(), redirected));
  for (const id of ['preconfigured', 'kept']) await run(id);
  for (const status of [200, 400, 404, 500]) {
    const webhookUrl = `${await remotes.echo(status)}/services/T0/${planted.plain(`slack-url-${status}`)}`;
    const slack = { name: 'Slack', connector_type_id: '.slack', secrets: { webhookUrl } };
    await tryOut(`slack-${status}`, slack, { message: 'x' });
  }
  for (const status of [400, 404, 429, 500, 502]) {
    const url = `${await remotes.echo(status)}/api`;
    const secretQueryParams = {
      key: planted.secret(`query-${status}`),
      [`name of ${status}`]: planted.plain(`plain-query-${status}`),
    };
    const params = { method: 'POST', path: '/x', query: { a: 'b' }, body: 'x' };
    const http = (config: object, secrets: object) => ({
      name: 'HTTP',
      connector_type_id: '.http',
      config: { url, ...config },
      secrets: { secretQueryParams, ...secrets },
    });
    await tryOut(`http-${status}`, http({}, {}), params);
    const proxyPassword = planted.secret(`own-proxy-${status}`);
    const proxy = { proxyUrl: await remotes.proxy(), hasProxyAuth: true };
    await tryOut(`http-proxy-${status}`, http(proxy, { proxyUsername: 'someone', proxyPassword }), params);
  }
  const inUrl = new URL(`${await remotes.echo(500)}/hook`);
  inUrl.username = 'someone';
  inUrl.password = planted.secret('url-password', inConfig);
  await tryOut('in-url', webhook(inUrl.href, {}, { hasAuth: false }));
  await call('PUT', `${CONNECTOR}/in-url`, { name: 'x', config: { url: inUrl.href, hasAuth: false } });
}

async function plantInOauth(): Promise<void> {
  const token = (place: string) => ({
    access_token: planted.plain(`access-${place}`),
    refresh_token: planted.plain(`refresh-${place}`),
    token_type: 'Bearer',
    expires_in: 3600,
  });
  const services = {
    given: await remotes.answering(200, token('given')),
    refused: await remotes.echo(401),
    nothing: await remotes.echo(200),
    strange: await remotes.answering(500, { message: 'no', ...token('strange') }),
    text: await remotes.answering(403, `access_token=${planted.plain('access-text')}`),
  };
  for (const [name, accessTokenUrl] of Object.entries(services)) {
    const config = {
      authType: 'webhook-oauth2-client-credentials',
      accessTokenUrl,
      clientId: 'patchbay',
      additionalFields: '{"audience":"x"}',
    };
    const secrets = { clientSecret: planted.secret(`client-secret-${name}`) };
    await tryOut(`oauth-${name}`, webhook(`${await remotes.echo(500)}/hook`, secrets, config));
    // The stored token now.
    await run(`oauth-${name}`);
  }
}

async function plantInReferences(): Promise<void> {
  writeFileSync(join(secretFiles, 'password'), `${planted.secret('file-reference')}\n`);
  const secrets = {
    user: '${env:CANARY_REFERRED}',
    password: `\${file:${join(secretFiles, 'password')}}`,
    secretHeaders: { 'X-Token': '${env:CANARY_TOKEN}' },
  };
  await tryOut('references', webhook(`${await remotes.echo(500)}/hook`, secrets));
  rmSync(join(secretFiles, 'password'));
  await run('references');
  await call(
    'POST',
    CONNECTOR,
    webhook('http://x.example', { ...secrets, user: '${env:PATCHBAY_PASSWORD}' }),
  );
}

async function plantInSettings(): Promise<void> {
  const ca = testCa();
  const mine = ca.issue();
  const passphrase = planted.secret('key-passphrase');
  const key = mine.toEncryptedKey(passphrase);
  planted.add('client key', key.split(/\r?\n/)[5] ?? '');
  const { cert, key: serverKey } = ca.issue();
  const remote = await remotes.echo(500, { cert, key: serverKey });
  const signingKeys = ['new', 'old'].map((which) => {
    const bytes = randomBytes(32).toString('base64');
    planted.add(`signing key ${which}`, bytes.slice(0, 30));
    return `whsec_${bytes}`;
  });
  const tls = { certificate: mine.cert, certificate_authorities: ca.cert };
  await call(
    'POST',
    `${CONNECTOR}/settled`,
    webhook(remote, { user: 'x', password: planted.secret('settled') }),
  );
  await call('PUT', settingsOf('settled'), {
    tls,
    signing: { enabled: true },
    secrets: { tls_key: key, tls_passphrase: passphrase, signing_keys: signingKeys },
  });
  await run('settled');
  await call('GET', settingsOf('settled'));

  const proxySecrets = (place: string) => ({
    proxy_user: planted.plain(`${place}-proxy-user`),
    proxy_password: planted.secret(`${place}-proxy-password`),
    proxy_headers: { 'X-Token': planted.plain(`${place}-proxy-header`) },
  });
  for (const host of ['refused', 'inside']) {
    await call('POST', `${CONNECTOR}/proxied-${host}`, webhook(`http://${host}.example/`));
    const settings = { proxy: { url: await remotes.proxy() }, secrets: proxySecrets(host) };
    await call('PUT', settingsOf(`proxied-${host}`), settings);
    await run(`proxied-${host}`);
    await call('POST', `${CONNECTOR}/proxied-${host}/_execute?dry_run=true`, { params: { body: 'x' } });
    await call('GET', settingsOf(`proxied-${host}`));
  }
  // Refused ones.
  const withCredentials = `http://x:${planted.plain('proxy-url-password')}@proxy.example`;
  await call('PUT', settingsOf('settled'), { proxy: { url: withCredentials } });
  await call('PUT', settingsOf('settled'), {
    tls,
    secrets: { tls_key: key, tls_passphrase: planted.secret('wrong-passphrase') },
  });
  await call('PUT', settingsOf('settled'), {
    signing: { enabled: true },
    secrets: { signing_keys: [planted.secret('no-signing-key')], proxy_password: planted.secret('no-proxy') },
  });
  const pfx = mine.toPfx(planted.secret('pfx-passphrase')).toString('base64');
  await call('PUT', settingsOf('settled'), {
    secrets: { tls_pfx: pfx, tls_passphrase: planted.secret('other') },
  });
}

/** What was sent is refused: by the schema, by the type, by the login. */
async function plantInRefusals(): Promise<void> {
  await call('POST', `${CONNECTOR}/refused`, {
    name: 'Slack',
    connector_type_id: '.slack',
    secrets: { webhookUrl: 42, extra: planted.plain('refused-secret') },
  });
  await call('POST', CONNECTOR, webhook('http://x.example', { user: planted.secret('alone') }));
  await call('PUT', `${CONNECTOR}/echo-400`, {
    name: 'x',
    config: {},
    secrets: { crt: planted.secret('crt') },
  });
  await call(
    'POST',
    CONNECTOR,
    webhook('http://x.example', { crt: planted.secret('bad-crt'), key: planted.secret('bad-key') }),
  );
  await call('GET', '/api/actions/connectors', undefined, planted.secret('wrong-password'));
  await call('POST', '/internal/security/users/canary', {
    username: 'canary',
    password: planted.secret('new-users-password'),
    roles: ['viewer'],
  });
  const madeKey = 'POST /internal/security/api_key 200';
  const { encoded, api_key: apiKey } = (await call('POST', '/internal/security/api_key', {
    name: 'canary',
  })) as { encoded: string; api_key: string };
  planted.add('api key', apiKey, (name) => name === madeKey);
  planted.add('encoded api key', encoded.slice(0, -4), (name) => name === madeKey);
  await fetch(`${url}/api/actions/connectors`, { headers: { authorization: `ApiKey ${encoded}` } });
  await useSession();
}

/** A browser's login, what it does with the cookie, and its end. */
async function useSession(): Promise<void> {
  const common = {
    'kbn-xsrf': 'true',
    'x-elastic-internal-origin': 'canary',
    'content-type': 'application/json',
  };
  const login = await fetch(`${url}/internal/security/login`, {
    method: 'POST',
    headers: common,
    body: JSON.stringify({
      providerType: 'basic',
      providerName: 'basic',
      currentURL: '/login',
      params: { username: 'elastic', password: PASSWORD },
    }),
  });
  const [cookie = ''] = login.headers.get('set-cookie')?.split(';') ?? [];
  planted.add('session', cookie.slice('sid='.length));
  for (const path of [
    '/internal/security/me',
    '/internal/security/session',
    '/api/actions/connector/no',
    '/api/security/logout',
  ]) {
    const answer = await fetch(`${url}${path}`, {
      headers: { cookie, 'x-elastic-internal-origin': 'canary' },
      redirect: 'manual',
    });
    out.push({
      name: `GET ${path} with a session`,
      text: `${JSON.stringify([...answer.headers])} ${await answer.text()}`,
    });
  }
}

async function runWithElasticsearch(): Promise<void> {
  for (const index of ['refused', 'bulk-errors', 'bulk-ok']) {
    const connector = { name: index, connector_type_id: '.index', config: { index }, secrets: {} };
    await tryOut(index, connector, { documents: [{ a: 1 }] });
  }
}

/** Deliveries to what fails and repeats everything: one of them holds a secret of its connector in its params. */
async function deliverToThem(): Promise<void> {
  const password = planted.secret('delivered');
  await call(
    'POST',
    `${CONNECTOR}/delivered`,
    webhook(`${await remotes.echo(500)}/hook`, { user: 'someone', password }),
  );
  const toWebhooks = ['echo-400', 'echo-429', 'echo-503', 'inside-the-proxy', 'oauth-strange', 'references'];
  const deliveries = [
    { connector_id: 'delivered', params: { body: `it is ${password}` } },
    ...toWebhooks.map((id) => ({ connector_id: id, params: { body: 'x' } })),
    ...[200, 400, 404, 500].map((status) => ({
      connector_id: `slack-${status}`,
      params: { message: 'x' },
    })),
  ];
  const enqueued = (await call('POST', '/api/patchbay/deliveries', { deliveries })) as {
    deliveries: { id: string }[];
  };
  const find = (query: string) =>
    call('GET', `/api/patchbay/deliveries?${query}`) as Promise<{ total: number }>;
  await until(
    () => 'deliveries',
    async () => (await find('state=ready&state=running')).total === 0,
    30_000,
  );
  expect((await find('state=dead&per_page=100')).total).toBe(deliveries.length);
  const shown: unknown[] = [];
  for (const { id } of enqueued.deliveries) {
    shown.push(await call('GET', `/api/patchbay/deliveries/${id}?params=true`));
    await call('POST', `/api/patchbay/deliveries/${id}/_discard`);
  }
  // In what it came to, in its attempts and in its params.
  expect(JSON.stringify(shown)).toMatch(/"reason":"[^"]*\[redacted\]/);
  expect(shown[0]).toMatchObject({ params: { body: 'it is [redacted]' } });
}

/** Connectors leave, with and without their secrets, and come in a file that holds more of them. */
async function moveThem(): Promise<void> {
  await call('POST', '/api/spaces/space', { id: 'copies', name: 'Copies' });
  await call('POST', '/api/patchbay/connectors/settled/_copy', { spaces: ['copies'] });
  await call('GET', '/s/copies/api/actions/connectors');
  await call('POST', '/api/saved_objects/_export', { type: 'action' });
  const passphrase = planted.secret('export-passphrase');
  await call('POST', '/api/patchbay/connectors/_export', {
    passphrase,
    connector_ids: ['settled', 'in-url'],
  });
  const attributes = (webhookUrl: unknown) => ({
    actionTypeId: '.slack',
    name: 'Imported',
    secrets: { webhookUrl },
  });
  const given = planted.secret('imported');
  await upload('/api/saved_objects/_import', 'a.ndjson', [
    { type: 'action', id: 'imported', attributes: attributes(given) },
    { type: 'action', id: 'refused', attributes: { ...attributes(given), config: given } },
  ]);
  await upload('/api/saved_objects/_import', 'a.ndjson', [`{"broken": ${planted.plain('broken-line')}`]);
  await upload('/api/patchbay/connectors/_import', 'a.age', [], { passphrase });
}

async function upload(path: string, name: string, lines: unknown[], fields = {}): Promise<void> {
  const form = new FormData();
  for (const [field, value] of Object.entries<string>(fields)) form.append(field, value);
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  form.append('file', new Blob([texts.join('\n')]), name);
  const authorization = `Basic ${Buffer.from(`elastic:${PASSWORD}`).toString('base64')}`;
  const headers = { authorization, 'kbn-xsrf': 'true' };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: form });
  out.push({ name: `POST ${path} ${response.status}`, text: await response.text() });
}

/** Every route that only reads, as the OpenAPI document names them. */
async function readEverything(): Promise<void> {
  await call('GET', '/metrics');
  const document = (await call('GET', '/api/openapi.json')) as { paths: Record<string, object> };
  const paths = Object.entries(document.paths).flatMap(([path, methods]) => ('get' in methods ? [path] : []));
  expect(paths.length).toBeGreaterThan(10);
  const isConnectors = (path: string) => /connector/.test(path);
  for (const path of paths) {
    const ids = isConnectors(path) ? ['echo-400', 'settled', 'in-url', 'kept', 'oauth-given'] : ['default'];
    for (const id of new Set(path.includes('{') ? ids : ['']))
      await call(
        'GET',
        path.replace(/\{(\w+)\}/g, (_whole, name) => (name === 'username' ? 'canary' : id)),
      );
  }
}

async function useCommands(): Promise<void> {
  const at = ['--url', url, '--user', 'elastic'];
  const entry = {
    id: 'applied',
    ...webhook(`${await remotes.echo(500)}/hook`, { user: 'x', password: planted.secret('applied') }),
  };
  const file = join(folder, 'connectors.yml');
  writeFileSync(file, JSON.stringify({ connectors: [entry] }));
  const broken = join(folder, 'broken.yml');
  writeFileSync(
    broken,
    `connectors:\n  - secrets: {password: ${planted.plain('broken-file')}: :}\n\t- x: *${planted.plain('broken-alias')}\n`,
  );
  const config = join(folder, 'settings.yml');
  writeFileSync(config, `elasticsearch.password: x: ${planted.plain('broken-config')}: y\n`);
  const alias = join(folder, 'alias.yml');
  writeFileSync(alias, `elasticsearch.password: *${planted.plain('config-alias')}\n`);
  const wrong = join(folder, 'wrong.yml');
  writeFileSync(
    wrong,
    JSON.stringify({
      'elasticsearch.hosts': [`ftp://x:${planted.plain('wrong-host')}@es.example`],
      'elasticsearch.apiKey': [planted.plain('wrong-api-key')],
      'xpack.actions.proxyHeaders': planted.plain('wrong-headers'),
      'xpack.encryptedSavedObjects.encryptionKey': planted.plain('short').slice(0, 28),
      'server.ssl.keyPassphrase': { a: planted.plain('wrong-passphrase') },
      'xpack.actions.preconfigured': { a: { secrets: planted.plain('wrong-secrets') } },
    }),
  );
  await Promise.all(
    [
      ['keystore', 'list'],
      ['keystore', 'add', 'elasticsearch.pasword', '--stdin'],
      ['config', 'check', '--config', config],
      ['config', 'check', '--config', alias],
      ['config', 'check', '--config', wrong],
      ['serve', '--config', wrong],
      ['serve', `--password=${planted.plain('flag')}`],
      ['connectors', 'list', '--json', ...at],
      ['connectors', 'get', 'echo-400', ...at],
      ['connectors', 'execute', 'echo-500', '--params', '{"body":"x"}', ...at],
      ['connectors', 'execute', 'echo-500', '--dry-run', '--json', '--params', '{"body":"x"}', ...at],
      ['connectors', 'apply', '-f', broken, ...at],
      ['deliveries', 'list', ...at],
      ['deliveries', 'enqueue', 'delivered', '--params', '{"body":"x"}', ...at],
      ['keys', 'rotate', ...at],
    ].map((args) => patchbay(args, planted.plain('standard-input'))),
  );
  const taken = join(folder, 'taken.gz');
  await patchbay(['backup', taken, ...at]);
  out.push(...backedUp(taken));
  await patchbay(['connectors', 'apply', '-f', file, '--yes', ...at]);
  await patchbay(['connectors', 'execute', 'applied', '--params', '{"body":"x"}', ...at]);
}

/** Elasticsearch takes one kind of credentials at a time. */
async function runWithOtherCredentials(): Promise<void> {
  const apiKey = Buffer.from(`id:${planted.secret('elasticsearch-api-key')}`).toString('base64');
  for (const [kind, secret] of Object.entries({
    apiKey,
    serviceAccountToken: planted.plain('elasticsearch-token'),
  })) {
    const server = await serve(
      { 'elasticsearch.hosts': [await remotes.elasticsearch()], [`elasticsearch.${kind}`]: secret },
      join(folder, kind),
    );
    await runWithElasticsearch();
    await stop(server);
  }
}

/** An error that nobody caught, about all there is, in the middle of a run. */
async function crash(): Promise<void> {
  const secret = planted.secret('in-flight');
  const keys = [
    planted.plain('another-key-of-more-than-32-characters'),
    planted.secret('crash-proxy'),
  ] as const;
  const text = join(folder, 'crash.txt');
  const script = join(folder, 'crash.mjs');
  writeFileSync(text, JSON.stringify([secret, ...keys]));
  writeFileSync(
    script,
    `import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
process.on('SIGUSR2', () => {
  const text = readFileSync(${JSON.stringify(text)}, 'utf8');
  throw Object.assign(new Error(text, { cause: new TypeError(text) }), { text });
});`,
  );
  const server = await serve(
    {
      'xpack.encryptedSavedObjects.encryptionKey': keys[0],
      'xpack.actions.proxyUrl': `http://x:${encodeURIComponent(keys[1])}@127.0.0.1:1`,
      'xpack.actions.proxyOnlyHosts': ['nowhere.example'],
    },
    join(folder, 'crash'),
    ['--import', pathToFileURL(script).href],
  );
  await call('POST', `${CONNECTOR}/silent`, webhook(await remotes.silent(), { user: 'x', password: secret }));
  const lost = run('silent').catch(() => {});
  await until(server.output, async () => ((await call('GET', '/api/status')) as never) !== undefined, 5000);
  await stop(server, 'SIGUSR2');
  await lost;
  expect(server.output()).toMatch(/Error: \["\[redacted\][\s\S]*caused by: TypeError/);
}
