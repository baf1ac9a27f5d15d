import { testCa } from '@patchbay/engine/testing';
import { standIn } from '@patchbay/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { testMailServer } from '../../../engine/src/testing/test-mail-server.ts';
import { testServer } from '../testing/test-server.ts';

const ca = testCa();
const mail = await testMailServer({
  certificate: ca.issue(),
  user: { name: 'patchbay', password: 'mail-secret' },
});
const server = await testServer({
  settings: {
    'server.publicBaseUrl': 'https://localhost:5601',
    'xpack.actions.allowedHosts': ['127.0.0.1', 'smtp.live.com', 'smtp-mail.outlook.com'],
    'xpack.actions.email.domain_allowlist': ['example.com'],
    'xpack.actions.customHostSettings': [
      {
        url: `smtp://127.0.0.1:${mail.port}`,
        smtp: { requireTLS: true },
        ssl: { certificateAuthoritiesData: ca.cert },
      },
    ],
  },
});
const { call } = server;
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await mail[Symbol.asyncDispose]();
});

const from = 'bob@example.com';
const secrets = { user: 'patchbay', password: 'mail-secret' };
const params = {
  to: ['ann@example.com'],
  bcc: ['hidden@example.com'],
  subject: 'Disk',
  message: '**full** ä',
};

const create = (config: object, given: object = secrets) =>
  call('POST', '/api/actions/connector', {
    body: { name: 'mail', connector_type_id: '.email', config, secrets: given },
  });

async function created(config: object, given?: object): Promise<string> {
  const answer = await create(config, given);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.id;
}

const execute = (id: string, given: object = params, query = '') =>
  call('POST', `/api/actions/connector/${id}/_execute${query}`, { body: { params: given } });

describe('an email connector', () => {
  it('is answered with all of its config, nulls filled in', async () => {
    const { body } = await create({ service: '__json', from });
    expect(body).toMatchObject({ connector_type_id: '.email', is_missing_secrets: false });
    expect(body.config).toEqual({
      service: '__json',
      hasAuth: true,
      host: null,
      port: null,
      secure: null,
      from,
      clientId: null,
      oauthTokenUrl: null,
      tenantId: null,
    });
    const other = await create({ host: '127.0.0.1', port: 25, from });
    expect(other.body.config).toMatchObject({ service: 'other', port: 25 });
    const hotmail = await create({ service: 'hotmail', from });
    expect(hotmail.body.config).toMatchObject({ service: 'hotmail', host: null, port: null });
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at from'],
    [
      { service: 'gmail', from },
      "[service] value 'gmail' resolves to host 'smtp.gmail.com' which is not in the allowedHosts configuration",
    ],
    [
      { host: 'stmp.gmail.com', port: 25, from },
      "[host] value 'stmp.gmail.com' is not in the allowedHosts configuration",
    ],
    [{ service: '__json', from: 'x@out.example' }, '[from]: not allowed emails: x@out.example'],
  ])('with %j is refused', async (config, reason) => {
    const { status, body } = await create(config);
    expect(status).toBe(400);
    expect(body.message).toBe(`error validating connector type config: ${reason}`);
  });

  it('needs no secrets without authentication', async () => {
    const id = await created({ service: '__json', from, hasAuth: false }, {});
    expect((await execute(id)).body).toMatchObject({ status: 'ok' });
  });

  it('sends, with a login over STARTTLS, by the settings of its host', async () => {
    const id = await created({ host: '127.0.0.1', port: mail.port, from });
    mail.received.length = 0;
    const { body } = await execute(id);
    expect(body).toMatchObject({
      status: 'ok',
      data: { accepted: ['ann@example.com', 'hidden@example.com'] },
    });
    expect(mail.received).toMatchObject([{ user: 'patchbay', isSecure: true, from }]);
    expect(mail.received[0]?.mail.html).toContain('<strong>full</strong>');
  });

  it('refuses addresses that the operator does not allow, before anything is sent', async () => {
    const id = await created({ host: '127.0.0.1', port: mail.port, from });
    mail.received.length = 0;
    const { status, body } = await execute(id, { ...params, cc: ['eve@out.example'] });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'error',
      message: 'error validating action params: [to/cc/bcc]: not allowed emails: eve@out.example',
    });
    expect(mail.received).toEqual([]);
  });

  it('refuses HTML and attachments of a call', async () => {
    const id = await created({ service: '__json', from });
    for (const [more, message] of [
      [
        { messageHTML: '<b>x</b>' },
        'HTML email can only be sent when the connector is configured to allow HTML',
      ],
      [
        { attachments: [{ content: 'x', filename: 'f' }] },
        'Email attachments can only be sent via notifications',
      ],
    ] as const) {
      const { status, body } = await execute(id, { ...params, ...more });
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'error', message });
    }
  });

  it('is run before it is saved', async () => {
    mail.received.length = 0;
    const { body } = await call('POST', '/api/patchbay/connectors/_test', {
      body: {
        connector_type_id: '.email',
        config: { host: '127.0.0.1', port: mail.port, from },
        secrets,
        params,
      },
    });
    expect(body).toMatchObject({ connector_id: '_test', status: 'ok' });
    expect(mail.received).toHaveLength(1);
  });

  it('obeys its own connection settings', async () => {
    const id = await created({ host: '127.0.0.1', port: mail.port, from });
    const path = `/api/patchbay/connectors/${id}/settings`;
    const put = await call('PUT', path, {
      body: { tls: { certificate_authorities: testCa('Another CA').cert } },
    });
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    const { body } = await execute(id);
    expect(body).toMatchObject({
      status: 'error',
      message: 'error sending email',
      service_message: 'unable to verify the first certificate',
    });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await execute(id)).body).toMatchObject({ status: 'ok' });
  });
});

describe('a dry run of mail', () => {
  it('shows the message that would leave and its envelope, and connects to nobody', async () => {
    const id = await created({ host: '127.0.0.1', port: mail.port, from });
    const before = mail.connections();
    const { body } = await execute(id, { ...params, message: 'say mail-secret' }, '?dry_run=true');
    expect(body).toMatchObject({
      status: 'ok',
      dry_run: true,
      data: {
        requests: [
          {
            method: 'SMTP',
            url: `smtp://127.0.0.1:${mail.port}`,
            headers: { 'MAIL FROM': from, 'RCPT TO': 'ann@example.com, hidden@example.com' },
          },
        ],
      },
    });
    const [{ body: message }] = body.data.requests;
    expect(message).toMatch(/^From: bob@example\.com\r?\nTo: ann@example\.com\r?\nSubject: Disk\r?\n/);
    expect(message).toContain('say [redacted]');
    expect(message).not.toContain('mail-secret');
    expect(message).not.toContain('hidden@example.com');
    expect(mail.connections()).toBe(before);
  });

  it('of Graph shows the token request, or with a token the mail, without their secrets', async () => {
    await using graph = await standIn();
    const id = await created(
      {
        service: 'exchange_server',
        clientId: 'app',
        tenantId: 't',
        oauthTokenUrl: `${graph.url}/token`,
        from,
      },
      { clientSecret: 'graph-secret' },
    );
    const { body } = await execute(id, params, '?dry_run=true');
    expect(body.data.requests).toMatchObject([
      { method: 'POST', url: `${graph.url}/token`, body: expect.stringContaining('client_id=app') },
    ]);
    expect(JSON.stringify(body)).not.toContain('graph-secret');
    expect(graph.received).toEqual([]);
  });
});
