import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createRenderer, prepareVariables } from '@patchbay/kit';
import { hostileText, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import type { AddressObject } from 'mailparser';
import { describe, expect, it, vi } from 'vitest';
import { testCa, testEgress, testProxy } from '../../../engine/src/testing/index.ts';
import { testMailServer } from '../../../engine/src/testing/test-mail-server.ts';
import { email } from './email.ts';

const ca = testCa();
const certificate = ca.issue();
const user = { name: 'bob', password: 'pass word' };
const secrets = { user: user.name, password: user.password };
const from = 'bot@example.com';
const params = { to: ['a@example.com'], subject: 'Disk', message: '**full**' };
const FOOTER = 'This message was sent by Elastic.';
const config = (port: number, more: object = {}) => ({ host: '127.0.0.1', port, from, ...more });
const trusting = (port: number, smtp?: object) => ({
  'xpack.actions.customHostSettings': [
    { url: `smtp://127.0.0.1:${port}`, ssl: { certificateAuthoritiesData: ca.cert }, ...(smtp && { smtp }) },
  ],
});

/** Over the product's own door out. */
async function run(settings: Record<string, unknown>, given: Parameters<typeof testAction>[1]) {
  const egress = testEgress(settings);
  try {
    return (await testAction(email, { smtp: egress.smtpFor(undefined), ...given })).result;
  } finally {
    await egress.close();
  }
}

const failed = (serviceMessage: string | RegExp) => ({
  actionId: 'test',
  status: 'error',
  message: 'error sending email',
  serviceMessage: typeof serviceMessage === 'string' ? serviceMessage : expect.stringMatching(serviceMessage),
  errorSource: 'user',
});

describe('a mail', () => {
  it.each([
    ['in plain', {}, { hasAuth: false }, {}],
    ['in plain with a login', { user }, {}, secrets],
    ['over STARTTLS with a login', { user, certificate }, {}, secrets],
    [
      'in TLS from the first byte with a login',
      { user, certificate, isSecure: true },
      { secure: true },
      secrets,
    ],
  ])('%s arrives as it was given', async (_, facts, more, credentials) => {
    await using mail = await testMailServer(facts);
    const result = await run(trusting(mail.port), {
      config: config(mail.port, more),
      secrets: credentials,
      params: {
        ...params,
        cc: ['"Dr Tom" <tom@example.com>'],
        bcc: ['hidden@example.com'],
        replyTo: ['answers@example.com'],
      },
    });
    const to = ['a@example.com', 'tom@example.com', 'hidden@example.com'];
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        accepted: to,
        rejected: [],
        ehlo: expect.arrayContaining(['8BITMIME']),
        envelopeTime: expect.any(Number),
        messageTime: expect.any(Number),
        messageSize: expect.any(Number),
        response: '250 kept',
        envelope: { from, to },
        messageId: expect.stringMatching(/^<[0-9a-f-]{36}@example\.com>$/),
      },
    });
    const [received] = mail.received;
    expect(received).toMatchObject({
      from,
      to,
      user: 'user' in facts ? user.name : undefined,
      isSecure: 'certificate' in facts,
    });
    const parsed = received?.mail;
    expect([parsed?.from, parsed?.to, parsed?.cc, parsed?.bcc, parsed?.replyTo].map(textOf)).toEqual([
      from,
      'a@example.com',
      '"Dr Tom" <tom@example.com>',
      undefined,
      'answers@example.com',
    ]);
    expect(parsed?.subject).toBe('Disk');
    expect(parsed?.text?.trimEnd()).toBe(`**full**\n\n---\n\n${FOOTER}`);
    expect(parsed?.html).toBe(`<p><strong>full</strong></p>\n<hr>\n<p>${FOOTER}</p>\n`);
    expect(parsed?.messageId).toBe((result.data as { messageId: string }).messageId);
    expect(received?.raw).not.toContain('hidden@example.com');
    expect(received?.raw).toMatch(/^Content-Type: multipart\/alternative;/m);
    await vi.waitFor(() => expect(mail.open()).toBe(0), { timeout: 5000 });
  });

  it('has the attachments and the HTML of a notification', async () => {
    await using mail = await testMailServer();
    const result = await run(
      {},
      {
        source: 'notification',
        config: config(mail.port, { hasAuth: false }),
        params: {
          ...params,
          messageHTML: '<b>own</b>',
          attachments: [
            { content: 'aGVsbG8=', encoding: 'base64', filename: 'ä "1".txt', contentType: 'text/plain' },
            { content: 'plain', filename: 'b.csv' },
          ],
        },
      },
    );
    expect(result.status).toBe('ok');
    const parsed = mail.received[0]?.mail;
    expect(parsed?.html).toBe('<b>own</b>');
    expect(
      parsed?.attachments.map(({ filename, contentType, content }) => [filename, contentType, `${content}`]),
    ).toEqual([
      ['ä "1".txt', 'text/plain', 'hello'],
      ['b.csv', 'text/csv', 'plain'],
    ]);
  });

  it('goes to all of a list and of a group in one entry, and to each once', async () => {
    await using mail = await testMailServer();
    await run(
      {},
      {
        config: config(mail.port, { hasAuth: false, from: '"Patch, Bay" <bot@example.com>' }),
        params: {
          ...params,
          to: ['a@example.com, b@example.com', 'Team: c@example.com;'],
          cc: ['a@example.com', ' '],
        },
      },
    );
    expect(mail.received[0]).toMatchObject({
      from,
      to: ['a@example.com', 'b@example.com', 'c@example.com'],
    });
    expect(textOf(mail.received[0]?.mail.from)).toBe('"Patch, Bay" <bot@example.com>');
  });

  it('is taken by some and refused for others', async () => {
    await using mail = await testMailServer({ refused: ['no@example.com'] });
    const given = { config: config(mail.port, { hasAuth: false }) };
    const some = await run({}, { ...given, params: { ...params, cc: ['no@example.com'] } });
    expect(some).toMatchObject({
      status: 'ok',
      data: { accepted: ['a@example.com'], rejected: ['no@example.com'] },
    });
    const none = await run({}, { ...given, params: { ...params, to: ['no@example.com'] } });
    expect(none).toEqual(
      failed("Can't send mail - all recipients were rejected: 550 no mail for no@example.com"),
    );
  });

  it('is refused with the wrong password, and the answer does not tell it', async () => {
    await using mail = await testMailServer({ user, certificate });
    const result = await run(trusting(mail.port), {
      config: config(mail.port),
      secrets: { user: 'bob', password: 'hush-hush' },
      params,
    });
    expect(result).toEqual(failed(/^Invalid login: 535 /));
    expect(JSON.stringify(result)).not.toMatch(/hush-hush|aHVzaC1odXNo/);
    expect(mail.received).toEqual([]);
  });

  it('leaves through the proxy', async () => {
    await using mail = await testMailServer({ certificate, isSecure: true });
    await using proxy = await testProxy();
    const result = await run(
      { 'xpack.actions.proxyUrl': proxy.url, ...trusting(mail.port) },
      { config: config(mail.port, { hasAuth: false, secure: true }), params },
    );
    expect(result.status).toBe('ok');
    expect(proxy.tunnels.map(({ target }) => target)).toEqual([`127.0.0.1:${mail.port}`]);
  });

  it('of a well-known service asks for its server, with nothing but the service’s own settings', async () => {
    await using mail = await testMailServer({ user });
    const egress = testEgress();
    const seen: unknown[] = [];
    const { result } = await testAction(email, {
      config: { service: 'gmail', from },
      secrets,
      params,
      smtp: {
        session({ server, ...request }, talk) {
          seen.push(server);
          const local = { ...server, host: '127.0.0.1', port: mail.port, isSecure: false };
          return egress
            .smtpFor(undefined)
            .session({ ...request, server: local }, (connection) => talk(connection));
        },
      },
    });
    expect(seen).toEqual([
      { host: 'smtp.gmail.com', port: 465, isSecure: true, isWellKnown: true, acceptsAnyCertificate: false },
    ]);
    expect(result.status).toBe('ok');
    await egress.close();
  });

  it.each([
    [{ hasAuth: false }, {}, true],
    [{ hasAuth: false, secure: true }, {}, false],
    [{ hasAuth: false }, { user: 'u' }, false],
    [{}, secrets, false],
  ])('with %j and %j takes any certificate: %s', async (more, credentials, acceptsAnyCertificate) => {
    const asked = new Error('asked');
    const { result } = await testAction(email, {
      config: config(25, more),
      secrets: credentials,
      params,
      smtp: {
        async session({ server }) {
          expect(server).toMatchObject({ acceptsAnyCertificate });
          throw asked;
        },
      },
    });
    expect(result).toEqual(failed('asked'));
  });
});

describe('STARTTLS', () => {
  it('is not begun where it is not to be', async () => {
    await using mail = await testMailServer({ certificate });
    await run(trusting(mail.port, { ignoreTLS: true }), {
      config: config(mail.port, { hasAuth: false }),
      params,
    });
    expect(mail.received).toMatchObject([{ isSecure: false }]);
  });

  it('that is asked for and not there ends the run before a word is said', async () => {
    await using mail = await testMailServer({ user });
    const result = await run(trusting(mail.port, { requireTLS: true }), {
      config: config(mail.port),
      secrets,
      params,
    });
    expect(result).toEqual(failed(/STARTTLS/));
    expect(mail.received).toEqual([]);
  });

  it.each([
    ['of a strange authority', testCa('Another CA').issue(), 'unable to verify the first certificate'],
    ['that is expired', ca.issue({ isExpired: true }), 'certificate has expired'],
    [
      'of another host',
      ca.issue({ names: ['other.example'], ips: [] }),
      /does not match certificate's altnames/,
    ],
  ])('with a certificate %s ends the run', async (_, shown, reason) => {
    await using mail = await testMailServer({ certificate: shown, user });
    const result = await run(trusting(mail.port), { config: config(mail.port), secrets, params });
    expect(result).toEqual(failed(reason));
    expect(mail.received).toEqual([]);
    await vi.waitFor(() => expect(mail.open()).toBe(0), { timeout: 5000 });
  });
});

describe('a mail server that fails', () => {
  const answers = (...lines: string[]) => {
    const left = [...lines];
    return (socket: Socket, behave: (socket: Socket) => void) => {
      socket.write('220 hello\r\n');
      socket.on('data', () => {
        const line = left.shift();
        if (line === undefined) behave(socket);
        else socket.write(`${line}\r\n`);
      });
    };
  };
  const untilData = answers.bind(undefined, '250 hello', '250 ok', '250 ok', '354 go on');
  const TIMEOUT = 'timeout of 300ms exceeded';

  it.each<[string, (socket: Socket) => void, string | RegExp]>([
    ['says nothing', (socket) => socket.resume(), TIMEOUT],
    ['drips its greeting', (socket) => drip(socket, '220 and so on'), TIMEOUT],
    ['greets and then says nothing', (socket) => socket.resume().write('220 hello\r\n'), TIMEOUT],
    [
      'does not speak SMTP',
      (socket) => socket.resume().write('SSH-2.0-OpenSSH_9.9\r\n'),
      /^Invalid greeting/,
    ],
    [
      'refuses service',
      (socket) => socket.resume().write('554 no\r\n'),
      'Invalid greeting. response=554 no: 554 no',
    ],
    ['hangs up at once', (socket) => socket.end(), 'Connection closed unexpectedly'],
    ['resets at once', (socket) => socket.resetAndDestroy(), /ECONNRESET|closed unexpectedly|socket hang up/],
    ['says nothing after the data', (socket) => untilData()(socket, () => {}), TIMEOUT],
    [
      'hangs up amid the data',
      (socket) => untilData()(socket, (s) => s.destroy()),
      'Connection closed unexpectedly',
    ],
    [
      'refuses the data',
      (socket) => untilData()(socket, (s) => s.write('554 spam\r\n')),
      'Message failed: 554 spam',
    ],
  ])('(%s) fails the run within its time, and leaves no connection', async (_, behave, reason) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      behave(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const settings = {
      'xpack.actions.customHostSettings': [{ url: `smtp://127.0.0.1:${port}`, responseTimeout: '300ms' }],
    };
    const startedAt = performance.now();
    const result = await run(settings, { config: config(port, { hasAuth: false }), params });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(result).toEqual(failed(reason));
    await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 5000 });
    server.close();
  });

  it('ends with the run that is given up', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const given = new AbortController();
    const outcome = run(
      {},
      {
        config: config((server.address() as AddressInfo).port, { hasAuth: false }),
        params,
        signal: given.signal,
      },
    );
    const [socket] = await connected;
    given.abort();
    expect(await outcome).toEqual(failed('canceled'));
    if (!socket.destroyed) await once(socket, 'close');
    server.close();
  });
});

const HEADERS = new Set([
  'from',
  'to',
  'subject',
  'message-id',
  'date',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]);

describe('whatever is in it', () => {
  it('arrives as data: no header, recipient or part more than was given', async () => {
    await using mail = await testMailServer();
    const egress = testEgress();
    await fc.assert(
      fc.asyncProperty(
        hostileText({ maxLength: 20_000 }),
        hostileText({ maxLength: 200 }),
        async (text, name) => {
          mail.received.length = 0;
          const displayName = name.toWellFormed().replace(/\p{Cc}/gu, ' ');
          const { result } = await testAction(email, {
            smtp: egress.smtpFor(undefined),
            config: config(mail.port, { hasAuth: false }),
            settings: { email: { hasFooter: false } },
            params: {
              to: [`"${displayName.replace(/["\\]/g, '\\$&')}" <a@example.com>`],
              subject: text,
              message: text,
              messageHTML: null,
            },
          });
          if (result.status === 'error') {
            // A name past the grammar of addresses: refused, nothing sent.
            expect(result.message).toContain('not valid emails');
            return;
          }
          const [received] = mail.received;
          expect(received?.to).toEqual(['a@example.com']);
          const keys = received?.mail.headerLines.map(({ key }) => key) ?? [];
          expect(new Set(keys).size).toBe(keys.length);
          expect(keys.filter((key) => !HEADERS.has(key))).toEqual([]);
          expect(received?.mail.attachments).toEqual([]);
          const wanted = text.toWellFormed();
          expect(linesOf(received?.mail.text)).toBe(linesOf(wanted));
        },
      ),
      { numRuns: 60 },
    );
    await egress.close();
  });

  it('arrives whole with a megabyte of it', async () => {
    await using mail = await testMailServer();
    const long = '😀 *_~|<>"\\ '.repeat(90_000);
    const result = await run(
      {},
      {
        config: config(mail.port, { hasAuth: false }),
        params: { ...params, subject: long.slice(0, 10_000), message: long },
      },
    );
    expect(result.status).toBe('ok');
    expect(mail.received[0]?.mail.text).toContain(long.slice(0, -1));
    expect(mail.received[0]?.mail.subject).toBe(long.slice(0, 10_000).trimEnd());
  });

  it('stands in a rule’s mail as it is', async () => {
    const rendered = email.renderParams(
      {
        to: ['{{to}}'],
        subject: '{{value}}',
        message: '{{value}} {{{value}}}',
        messageHTML: '<p>{{value}}</p>',
        kibanaFooterLink: { path: '/{{value}}', text: 'x' },
      },
      createRenderer(prepareVariables({ to: 'a@b.example, c@d.example', value: '*a_b* <x>' })),
    );
    expect(rendered).toEqual({
      to: ['a@b.example, c@d.example'],
      subject: '*a_b* <x>',
      message: '\\*a\\_b\\* <x> *a_b* <x>',
      messageHTML: '<p>*a_b* &lt;x&gt;</p>',
      kibanaFooterLink: { path: '/*a_b* <x>', text: 'x' },
    });
    const none = email.renderParams(
      { message: 'x', messageHTML: null },
      createRenderer(prepareVariables({})),
    );
    expect(none).toEqual({ message: 'x', messageHTML: null });
  });
});

function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 50);
  socket.on('close', () => clearInterval(timer));
}

function textOf(address: AddressObject | AddressObject[] | undefined): string | undefined {
  return [address].flat()[0]?.text;
}

/** Mail has its own ends of lines, and one at its end. */
function linesOf(text: string | undefined): string | undefined {
  return text?.replace(/\r\n|\r/g, '\n').replace(/\n+$/, '');
}
