import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killGroup, type Started, start, until } from './checkout.ts';

/**
 * Known secrets are planted wherever the system takes one. Remotes that fail echo everything back that they were
 * given. Then all that the process answered, logged, stored and printed is searched.
 */

const root = join(import.meta.dirname, '..');
const PASSWORD = 'canary-login-pässword';

const planted: string[] = [PASSWORD];

/** A secret of its own for each place, with characters that JSON, URLs and shells write differently. */
function canary(place: string): string {
  const secret = `canary-${place}-7f3a"&+/é`;
  planted.push(secret);
  return secret;
}

/** The same for places that take only plain characters. */
function plainCanary(place: string): string {
  const secret = `canary-${place}-9d41c6`;
  planted.push(secret);
  return secret;
}

const folder = mkdtempSync(join(tmpdir(), 'patchbay-canary-'));
const data = join(folder, 'data');
const servers: Server[] = [];
const answers: string[] = [];
let patchbay: Started;
let url: string;

/** Answers with a failure that repeats the whole request: in the reason phrase, in headers, in the body. */
async function echo(status: number): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const everything = JSON.stringify({ url: request.url, headers: request.rawHeaders, body });
    const authorization = request.headers.authorization ?? '';
    const decoded = Buffer.from(authorization.split(' ')[1] ?? '', 'base64').toString('utf8');
    response.writeHead(status, encodeURIComponent(everything).slice(0, 500), {
      'content-type': 'application/json',
      'x-echo': encodeURIComponent(decoded),
    });
    response.end(JSON.stringify({ message: `${everything} ${decoded}`, error: everything }));
  });
  server.on('connect', (request, socket) => {
    const text = encodeURIComponent(JSON.stringify(request.headers));
    socket.end(`HTTP/1.1 407 ${text}\r\nx-echo: ${text}\r\ncontent-length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
  answers.push(
    `${method} ${path} ${response.status} ${response.statusText} ${JSON.stringify([...response.headers])} ${text}`,
  );
  return text === '' ? undefined : JSON.parse(text);
}

beforeAll(async () => {
  const proxy = new URL(await echo(407));
  proxy.username = plainCanary('proxy-user');
  proxy.password = plainCanary('proxy-password');
  const config = join(folder, 'patchbay.json');
  writeFileSync(
    config,
    JSON.stringify({
      'logging.root.level': 'trace',
      'xpack.encryptedSavedObjects.encryptionKey': plainCanary('encryption-key-of-more-than-32-characters'),
      'xpack.actions.proxyUrl': proxy.href,
      'xpack.actions.proxyHeaders': { 'X-Proxy-Token': plainCanary('proxy-header') },
      'xpack.actions.proxyOnlyHosts': ['through-the-proxy.example'],
      'xpack.actions.preconfigured': {
        preconfigured: {
          name: 'Preconfigured',
          actionTypeId: '.webhook',
          config: { url: `${await echo(500)}/hook` },
          secrets: { user: 'someone', password: canary('preconfigured-password') },
        },
      },
    }),
  );
  const flags = ['--disable-warning=ExperimentalWarning', 'packages/server/src/main.js', '--config', config];
  patchbay = start(process.execPath, flags, root, {
    SERVER_PORT: '0',
    PATH_DATA: data,
    ELASTIC_PASSWORD: PASSWORD,
  });
  await until(patchbay.output, () => patchbay.output().includes('is ready'), 30_000);
  url = /URL:\s+(\S+)/.exec(patchbay.output())?.[1] ?? '';
}, 60_000);

afterAll(() => {
  killGroup(patchbay);
  for (const server of servers) server.close().closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

it('no planted secret comes out, whatever fails', async () => {
  const connector = '/api/actions/connector';
  const webhook = (target: string, secrets: object, config: object = {}) => ({
    name: 'Canary',
    connector_type_id: '.webhook',
    config: { url: target, ...config },
    secrets,
  });
  const run = (id: string, params: object = { body: 'x' }) =>
    call('POST', `${connector}/${id}/_execute`, { params });

  for (const [index, status] of [400, 401, 403, 404, 407, 422, 429, 500, 503].entries()) {
    const secrets = {
      user: canary(`user-${status}`),
      password: canary(`password-${status}`),
      secretHeaders: { 'X-Secret': plainCanary(`header-${status}`) },
    };
    await call('POST', `${connector}/echo-${index}`, webhook(`${await echo(status)}/hook`, secrets));
    await run(`echo-${index}`);
    await call('GET', `${connector}/echo-${index}`);
  }
  const proxied = webhook('http://through-the-proxy.example/', { user: 'x', password: canary('proxied') });
  await call('POST', `${connector}/proxied`, proxied);
  await run('proxied');
  await run('preconfigured');
  await call('POST', `${connector}/slack`, {
    name: 'Slack',
    connector_type_id: '.slack',
    secrets: { webhookUrl: `${await echo(500)}/services/${plainCanary('slack-url')}` },
  });
  await run('slack', { message: 'x' });
  // Refusals of what was sent: by the schema, by the type, by the login.
  await call('POST', `${connector}/slack-2`, {
    name: 'Slack',
    connector_type_id: '.slack',
    secrets: { webhookUrl: 42, extra: plainCanary('refused-secret') },
  });
  await call('POST', connector, webhook('http://x.example', { user: canary('alone') }));
  await call('PUT', `${connector}/echo-0`, { name: 'x', config: {}, secrets: { crt: canary('crt') } });
  await call('GET', '/api/actions/connectors', undefined, plainCanary('wrong-password'));
  await call('POST', '/internal/security/users/canary', {
    username: 'canary',
    password: plainCanary('new-users-password'),
    roles: ['viewer'],
  });
  await call('GET', '/internal/security/users');
  await call('GET', '/api/actions/connectors');
  await call('GET', '/api/status');

  process.kill(patchbay.child.pid ?? 0, 'SIGTERM');
  await patchbay.exited;
  const stored = readdirSync(data).map((name) => [name, readFileSync(join(data, name)).toString('latin1')]);
  expect(answers.length).toBeGreaterThan(35);
  expect(patchbay.output()).toContain('action execution failure');
  const places: [string, string][] = [
    ...answers.map((answer): [string, string] => [answer.split(' ').slice(0, 3).join(' '), answer]),
    ['what was logged and printed', patchbay.output()],
    ...stored.map(([name = '', text = '']): [string, string] => [`file ${name}`, text]),
  ];
  const found = planted.flatMap((secret) =>
    places
      .filter(([, text]) => formsOf(secret).some((form) => text.includes(form)))
      .map(([place]) => `${secret} in ${place}`),
  );
  expect(found).toEqual([]);
});

/** A secret as texts of several kinds write it. */
function formsOf(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('latin1'),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('hex'),
  ];
}
