import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { HttpRequestError, type TransportRequest, type TransportResponse } from '@patchbay/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OriginRequest, testEgress, testOrigin } from '../testing/index.ts';
import type { Egress } from './egress.ts';

const MAX_BYTES = 100_000;

const redirect = (status: number, location: string) => (_: OriginRequest, response: ServerResponse) =>
  void response.writeHead(status, { location }).end('moved');

describe.each([
  ['whole', false],
  ['as it arrives', true],
])('egress, with an answer taken %s', (_how, isStreamed) => {
  let egress: Egress;

  function open(facts: { allowedHosts?: string[]; responseTimeout?: number } = {}): void {
    egress = testEgress({
      'xpack.actions.allowedHosts': facts.allowedHosts ?? ['*'],
      'xpack.actions.responseTimeout': facts.responseTimeout ?? 10_000,
      'xpack.actions.maxResponseContentLength': MAX_BYTES,
    });
  }

  beforeEach(() => open());
  afterEach(() => egress.close());

  const send = (url: string, facts: Partial<TransportRequest> = {}): Promise<TransportResponse> =>
    egress.transportFor(undefined)({
      method: 'GET',
      url,
      headers: {},
      body: undefined,
      timeoutMs: undefined,
      maxRedirects: 21,
      sensitiveHeaders: [],
      signal: new AbortController().signal,
      isStreamed,
      ...facts,
    });

  async function call(url: string, facts: Partial<TransportRequest> = {}) {
    const { body, ...answer } = await send(url, facts);
    return { ...answer, body: await textOf(body) };
  }

  /** Code and message of the failure of a call, its body read to the end. */
  async function failure(url: string, facts: Partial<TransportRequest> = {}) {
    const error = await call(url, facts).then(
      () => undefined,
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(HttpRequestError);
    return { code: error.code, message: error.message };
  }

  describe('a request', () => {
    it('arrives as it was given, and so does its answer', async () => {
      await using origin = await testOrigin((_, response) => {
        response.writeHead(201, 'Made', { 'x-one': '1', 'set-cookie': ['a=1', 'b=2'] }).end('äö');
      });
      const answer = await call(`${origin.url}/path?q=1#hash`, {
        method: 'POST',
        headers: { 'X-Mine': 'a', 'Content-Type': 'text/plain' },
        body: 'hello',
      });
      expect(answer).toMatchObject({
        status: 201,
        statusText: 'Made',
        headers: { 'x-one': '1', 'set-cookie': 'a=1, b=2' },
        body: 'äö',
      });
      expect(origin.received).toMatchObject([
        {
          method: 'POST',
          url: '/path?q=1',
          body: 'hello',
          headers: {
            'x-mine': 'a',
            'content-type': 'text/plain',
            'content-length': '5',
            'accept-encoding': 'gzip, deflate, br, zstd',
          },
        },
      ]);
    });

    it('may have a body that is a stream', async () => {
      await using origin = await testOrigin((_, response) => void response.end());
      await call(origin.url, { method: 'POST', body: parts('he', 'llo') });
      expect(origin.received).toMatchObject([{ body: 'hello', headers: { 'transfer-encoding': 'chunked' } }]);
    });

    it('takes user and password from the URL, unless a header says otherwise', async () => {
      await using origin = await testOrigin((_, response) => void response.end());
      const url = origin.url.replace('//', '//ann:p%40ss@');
      await call(url);
      await call(url, { headers: { authorization: 'Bearer x' } });
      expect(origin.received.map(({ headers }) => headers.authorization)).toEqual([
        `Basic ${Buffer.from('ann:p@ss').toString('base64')}`,
        'Bearer x',
      ]);
    });

    it('is framed by the client alone, whatever its headers say', async () => {
      await using origin = await testOrigin((_, response) => void response.end());
      const headers = {
        'Content-Length': '999',
        'Transfer-Encoding': 'chunked',
        Connection: 'x',
        Expect: 'y',
      };
      await call(origin.url, { method: 'POST', headers, body: 'hello' });
      expect(origin.received).toMatchObject([{ body: 'hello', headers: { 'content-length': '5' } }]);
    });

    it('is not sent with a header that would break out of its line', async () => {
      await using origin = await testOrigin((_, response) => void response.end());
      const { message } = await failure(origin.url, { headers: { 'X-Mine': 'a\r\nX-Other: b' } });
      expect(message).toMatch(/invalid/i);
      expect(origin.received).toEqual([]);
    });

    it.each([
      ['nonsense', 'Invalid URL', 'ERR_INVALID_URL'],
      ['ftp://a.example/x', 'Unsupported protocol ftp:', 'ERR_BAD_REQUEST'],
      ['file:///etc/passwd', 'Unsupported protocol file:', 'ERR_BAD_REQUEST'],
    ])('to %j is refused', async (url, message, code) => {
      expect(await failure(url)).toEqual({ message, code });
    });
  });

  describe('connections', () => {
    it('of a call that keeps none are closed, at each hop', async () => {
      await using origin = await testOrigin(({ url }, response) => {
        if (url === '/') response.writeHead(302, { location: '/end' }).end();
        else response.end('x');
      });
      for (let n = 0; n < 3; n++) await call(origin.url, { keepAlive: false });
      await vi.waitFor(() => expect(origin.open()).toBe(0));
      expect(origin.connections()).toBe(6);
      for (const { headers } of origin.received) expect(headers.connection).toBe('close');
    });

    it('are used again, and closed with the egress', async () => {
      await using origin = await testOrigin((_, response) => void response.end('x'));
      for (let n = 0; n < 20; n++) await call(origin.url);
      // A call that comes at the very moment when another ends does not wait for its connection.
      expect(origin.connections()).toBeLessThanOrEqual(2);
      await egress.close();
      await vi.waitFor(() => expect(origin.open()).toBe(0));
      open();
    });

    it('are as many as there are calls at once', async () => {
      const waiting: ServerResponse[] = [];
      await using origin = await testOrigin((_, response) => {
        waiting.push(response);
        if (waiting.length === 20) for (const one of waiting) one.end('x');
      });
      const answers = await Promise.all(Array.from({ length: 20 }, () => call(origin.url)));
      expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 20 }, () => 'x'));
    });
  });

  describe('allowed hosts', () => {
    it('let a call out to those named, whatever the port', async () => {
      open({ allowedHosts: ['127.0.0.1'] });
      await using origin = await testOrigin((_, response) => void response.end('x'));
      expect(await call(origin.url)).toMatchObject({ body: 'x' });
    });

    it.each(['http://localhost:1/x', 'http://127.0.0.1.example/', 'nonsense', 'http://127.0.0.2/'])(
      'keep a call to %s in',
      async (url) => {
        open({ allowedHosts: ['127.0.0.1'] });
        expect(await failure(url)).toEqual({
          message: `target url "${url}" is not added to the Kibana config xpack.actions.allowedHosts`,
          code: undefined,
        });
      },
    );

    it('keep every call in when there are none', async () => {
      open({ allowedHosts: [] });
      await using origin = await testOrigin((_, response) => void response.end('x'));
      await failure(origin.url);
      expect(origin.connections()).toBe(0);
    });
  });

  describe('redirects', () => {
    it.each([
      [301, 'POST', 'GET', ''],
      [302, 'POST', 'GET', ''],
      [303, 'POST', 'GET', ''],
      [303, 'PUT', 'GET', ''],
      [303, 'DELETE', 'GET', ''],
      [301, 'PUT', 'PUT', 'body'],
      [302, 'DELETE', 'DELETE', 'body'],
      [307, 'POST', 'POST', 'body'],
      [308, 'POST', 'POST', 'body'],
      [308, 'PATCH', 'PATCH', 'body'],
    ])('with %d turn a %s into a %s', async (status, method, then, body) => {
      await using origin = await testOrigin((request, response) => {
        if (request.url === '/a') redirect(status, '/b?c=1')(request, response);
        else response.end('there');
      });
      const headers = { 'Content-Type': 'text/plain', Authorization: 'Basic x', Cookie: 'a=1', 'X-Key': 'k' };
      const answer = await call(`${origin.url}/a`, { method, headers, body: 'body' });
      expect(answer).toMatchObject({ status: 200, body: 'there' });
      const [first, second] = origin.received;
      expect(first).toMatchObject({ method, body: 'body' });
      expect(second).toMatchObject({ method: then, url: '/b?c=1', body });
      expect(second?.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
      // The same origin may see what it was given before.
      expect(second?.headers).toMatchObject({ authorization: 'Basic x', cookie: 'a=1', 'x-key': 'k' });
    });

    it('leave a HEAD a HEAD', async () => {
      await using origin = await testOrigin((request, response) => {
        if (request.url === '/a') redirect(303, '/b')(request, response);
        else response.end();
      });
      await call(`${origin.url}/a`, { method: 'HEAD' });
      expect(origin.received.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
    });

    it('to another origin take no credentials along, nor what is named sensitive', async () => {
      await using target = await testOrigin((_, response) => void response.end('there'));
      await using origin = await testOrigin((request, response) =>
        redirect(307, `${target.url}/b`)(request, response),
      );
      const headers = {
        authorization: 'Basic x',
        COOKIE: 'a=1',
        'Proxy-Authorization': 'Basic y',
        'X-Api-Key': 'k',
        'X-Other': 'o',
        Host: 'vendor.example',
      };
      const answer = await call(origin.url, {
        method: 'POST',
        headers,
        body: 'b',
        sensitiveHeaders: ['x-api-KEY'],
      });
      expect(answer.body).toBe('there');
      expect(origin.received[0]?.headers).toMatchObject({ host: 'vendor.example', 'x-api-key': 'k' });
      const seen = target.received[0]?.headers ?? {};
      expect(seen).toMatchObject({ 'x-other': 'o', host: new URL(target.url).host });
      for (const name of ['authorization', 'cookie', 'proxy-authorization', 'x-api-key']) {
        expect(seen).not.toHaveProperty(name);
      }
    });

    it('do not bring credentials back on the way home', async () => {
      const urls: Record<string, string> = {};
      await using away = await testOrigin((request, response) =>
        redirect(302, urls.home ?? '')(request, response),
      );
      await using home = await testOrigin((request, response) => {
        if (request.url === '/a') redirect(302, away.url)(request, response);
        else response.end('home');
      });
      urls.home = `${home.url}/b`;
      const headers = { Authorization: 'Basic x' };
      expect(await call(`${home.url}/a`, { headers })).toMatchObject({ body: 'home' });
      expect(home.received[1]?.headers).not.toHaveProperty('authorization');
    });

    it.each([
      [
        'http://b.example/x',
        'target hostname "b.example" is not added to the Kibana config xpack.actions.allowedHosts',
      ],
      [
        '//b.example/x',
        'target hostname "b.example" is not added to the Kibana config xpack.actions.allowedHosts',
      ],
      ['ftp://127.0.0.1/x', 'Unsupported protocol ftp:'],
      ['http://[nonsense', 'Invalid URL'],
    ])('to %s are not followed', async (location, reason) => {
      open({ allowedHosts: ['127.0.0.1'] });
      await using origin = await testOrigin(redirect(302, location));
      expect(await failure(origin.url)).toEqual({
        message: `Redirected request failed: ${reason}`,
        code: 'ERR_FR_REDIRECTION_FAILURE',
      });
      expect(origin.received).toHaveLength(1);
    });

    it('that are refused let go of the connection, however long their own answer is', async () => {
      open({ allowedHosts: ['127.0.0.1'], responseTimeout: 300 });
      await using origin = await testOrigin((_, response) => {
        response.writeHead(302, { location: 'http://b.example/' });
        response.write('never ending');
      });
      await failure(origin.url);
      await vi.waitFor(() => expect(origin.open()).toBe(0));
    });

    it('are followed as often as allowed and no more', async () => {
      await using origin = await testOrigin((request, response) =>
        redirect(302, `/${Number(request.url.slice(1)) + 1}`)(request, response),
      );
      expect(await failure(`${origin.url}/0`, { maxRedirects: 3 })).toEqual({
        message: 'Maximum number of redirects exceeded',
        code: 'ERR_FR_TOO_MANY_REDIRECTS',
      });
      expect(origin.received.map(({ url }) => url)).toEqual(['/0', '/1', '/2', '/3']);
    });

    it('in a circle end', async () => {
      await using origin = await testOrigin(redirect(302, '/again'));
      expect(await failure(origin.url)).toMatchObject({ code: 'ERR_FR_TOO_MANY_REDIRECTS' });
      expect(origin.received).toHaveLength(22);
    });

    it.each([
      ['none are to be followed', 302, { location: '/b' }, { maxRedirects: 0 }],
      ['there is no place to go', 302, {}, {}],
      ['the status is no redirect', 304, { location: '/b' }, {}],
      ['the status is another 3xx', 300, { location: '/b' }, {}],
    ])('are answers of their own when %s', async (_when, status, headers, facts) => {
      open({ allowedHosts: ['127.0.0.1'] });
      await using origin = await testOrigin((_, response) => void response.writeHead(status, headers).end());
      expect(await call(origin.url, facts)).toMatchObject({ status, headers });
      expect(origin.received).toHaveLength(1);
    });

    it.each([
      [307, 307, 1],
      [303, 200, 2],
    ])('with %d do not send a stream twice', async (status, answered, requests) => {
      await using origin = await testOrigin((request, response) => {
        if (request.url === '/a') redirect(status, '/b')(request, response);
        else response.end();
      });
      const answer = await call(`${origin.url}/a`, { method: 'POST', body: parts('he', 'llo') });
      expect(answer.status).toBe(answered);
      expect(origin.received).toHaveLength(requests);
      expect(origin.received[0]?.body).toBe('hello');
    });
  });

  describe('time-outs', () => {
    const silence = () => {};

    it('end a call that is never answered', async () => {
      open({ responseTimeout: 150 });
      await using origin = await testOrigin(silence);
      expect(await failure(origin.url)).toEqual({
        message: 'timeout of 150ms exceeded',
        code: 'ECONNABORTED',
      });
      await vi.waitFor(() => expect(origin.open()).toBe(0));
    });

    it('end an answer that drips', async () => {
      open({ responseTimeout: 150 });
      await using origin = await testOrigin((_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write('.'), 10);
        response.on('close', () => clearInterval(drip));
      });
      expect(await failure(origin.url)).toEqual({
        message: 'timeout of 150ms exceeded',
        code: 'ECONNABORTED',
      });
      await vi.waitFor(() => expect(origin.open()).toBe(0));
    });

    it('count all redirects as one', async () => {
      open({ responseTimeout: 300 });
      await using origin = await testOrigin((request, response) => {
        setTimeout(() => redirect(302, '/on')(request, response), 50);
      });
      expect(await failure(origin.url)).toMatchObject({ message: 'timeout of 300ms exceeded' });
    });

    it('end a redirect whose own answer never ends', async () => {
      open({ responseTimeout: 150 });
      await using origin = await testOrigin((_, response) => {
        response.writeHead(302, { location: '/on' });
        response.write('never ending');
      });
      expect(await failure(origin.url)).toMatchObject({ message: 'timeout of 150ms exceeded' });
      await vi.waitFor(() => expect(origin.open()).toBe(0));
    });

    it.each([
      [50, 150, 150],
      [250, 100, 250],
    ])(
      'of the call, %d ms, and of the settings, %d ms: the larger holds',
      async (timeoutMs, responseTimeout, holds) => {
        open({ responseTimeout });
        await using origin = await testOrigin(silence);
        const { message } = await failure(origin.url, { timeoutMs });
        expect(message).toBe(`timeout of ${holds}ms exceeded`);
      },
    );

    it('may be longer than a timer can wait', async () => {
      await using origin = await testOrigin((_, response) => void response.end('x'));
      expect(await call(origin.url, { timeoutMs: 2 ** 40 })).toMatchObject({ body: 'x' });
    });
  });

  describe('the caller', () => {
    const CANCELED = { message: 'canceled', code: 'ERR_CANCELED' };

    it.each([
      ['before the answer', () => {}],
      [
        'amid the answer',
        (_: OriginRequest, response: ServerResponse) => void response.writeHead(200).write('some of it'),
      ],
    ])('may go away %s', async (_when, answer) => {
      await using origin = await testOrigin(answer);
      const caller = new AbortController();
      const failing = failure(origin.url, { signal: caller.signal });
      await vi.waitFor(() => expect(origin.received).toHaveLength(1));
      caller.abort();
      expect(await failing).toEqual(CANCELED);
      await vi.waitFor(() => expect(origin.open()).toBe(0));
    });

    it('that was gone before has nothing sent', async () => {
      await using origin = await testOrigin((_, response) => void response.end());
      expect(await failure(origin.url, { signal: AbortSignal.abort() })).toEqual(CANCELED);
      expect(origin.received).toEqual([]);
    });

    it('is no longer listened to when the call is over', async () => {
      await using origin = await testOrigin((_, response) => void response.end());
      const { signal } = new AbortController();
      const listening = vi.spyOn(signal, 'addEventListener');
      const letGo = vi.spyOn(signal, 'removeEventListener');
      await call(origin.url, { signal });
      await failure('http://[::1]:1/', { signal });
      expect(listening).toHaveBeenCalledTimes(2);
      expect(letGo).toHaveBeenCalledTimes(2);
    });
  });

  describe('the size limit', () => {
    const TOO_LARGE = { message: `maxContentLength size of ${MAX_BYTES} exceeded`, code: undefined };

    it('lets an answer through that just fits', async () => {
      await using origin = await testOrigin((_, response) => void response.end('x'.repeat(MAX_BYTES)));
      expect((await call(origin.url)).body).toHaveLength(MAX_BYTES);
    });

    it('ends an answer that is longer', async () => {
      await using origin = await testOrigin((_, response) => void response.end('x'.repeat(MAX_BYTES + 1)));
      expect(await failure(origin.url)).toEqual(TOO_LARGE);
    });

    it('ends an answer without end, and lets go of its connection', async () => {
      await using origin = await testOrigin((_, response) => {
        const more = () => {
          while (response.write('x'.repeat(10_000)));
        };
        response.on('drain', more);
        more();
      });
      expect(await failure(origin.url)).toEqual(TOO_LARGE);
      await vi.waitFor(() => expect(origin.open()).toBe(0));
    });

    it('of a call holds where it is smaller, also for what an answer unpacks to', async () => {
      await using origin = await testOrigin(({ url }, response) => {
        const text = 'x'.repeat(Number(url.slice(1)));
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
      });
      const small = { maxResponseBytes: 1000 };
      expect((await call(`${origin.url}/1000`, small)).body).toHaveLength(1000);
      expect(await failure(`${origin.url}/1001`, small)).toEqual({
        message: 'maxContentLength size of 1000 exceeded',
        code: undefined,
      });
      const large = { maxResponseBytes: MAX_BYTES * 2 };
      expect(await failure(`${origin.url}/${MAX_BYTES + 1}`, large)).toEqual(TOO_LARGE);
    });

    it.each([
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
      ['zstd', zstdCompressSync],
    ])('counts what a %s answer unpacks to', async (encoding, compress) => {
      const bomb = compress(Buffer.alloc(20_000_000));
      expect(bomb.byteLength).toBeLessThan(MAX_BYTES);
      await using origin = await testOrigin(
        (_, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(bomb),
      );
      expect(await failure(origin.url)).toEqual(TOO_LARGE);
    });
  });

  describe('encodings', () => {
    const text = 'äö '.repeat(5000);

    it.each<[string, (text: string) => Uint8Array]>([
      ['gzip', gzipSync],
      ['x-gzip', gzipSync],
      ['GZIP', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
      ['zstd', zstdCompressSync],
      ['identity', Buffer.from],
      ['constructor', Buffer.from],
    ])('%s is taken off', async (encoding, compress) => {
      await using origin = await testOrigin(
        (_, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(compress(text)),
      );
      expect((await call(origin.url)).body).toBe(text);
    });

    it.each([
      ['is none at all', Buffer.from('no gzip'), 'Z_DATA_ERROR'],
      ['ends too soon', gzipSync(text).subarray(0, -10), 'Z_BUF_ERROR'],
    ])('that %s is an error', async (_what, body, code) => {
      await using origin = await testOrigin(
        (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
      );
      expect(await failure(origin.url)).toMatchObject({ code });
    });

    it.each([
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 200],
    ])('of the empty answer to a %s with %d do no harm', async (method, status) => {
      await using origin = await testOrigin(
        (_, response) => void response.writeHead(status, { 'content-encoding': 'gzip' }).end(),
      );
      expect(await call(origin.url, { method })).toMatchObject({ status, body: '' });
    });
  });

  describe('what goes wrong below', () => {
    it('is told in Node’s words when nobody listens', async () => {
      const origin = await testOrigin(() => {});
      await origin[Symbol.asyncDispose]();
      expect(await failure(origin.url)).toEqual({
        message: `connect ECONNREFUSED 127.0.0.1:${new URL(origin.url).port}`,
        code: 'ECONNREFUSED',
      });
    });

    it('is told in Node’s words when nobody knows the host', async () => {
      const { message, code } = await failure('http://nowhere.invalid/');
      // The second is what a machine without a name server says.
      expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(code);
      expect(message).toBe(`getaddrinfo ${code} nowhere.invalid`);
    });

    it.each([
      ['before the answer', () => {}],
      [
        'amid the answer',
        (response: ServerResponse) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write('some of it');
        },
      ],
    ])('is a hung-up socket when the server closes the connection %s', async (_when, begin) => {
      await using origin = await testOrigin((_, response) => {
        begin(response);
        setImmediate(() => response.socket?.end());
      });
      expect(await failure(origin.url)).toEqual({ message: 'socket hang up', code: 'ECONNRESET' });
    });

    it('is a reset connection when the server resets it', async () => {
      await using origin = await testOrigin((_, response) => void response.socket?.resetAndDestroy());
      expect(await failure(origin.url)).toMatchObject({ code: 'ECONNRESET' });
    });

    it('is a parse error when the answer is no HTTP', async () => {
      await using server = await rawServer('this is no HTTP\r\n\r\n');
      expect((await failure(server.url)).message).toMatch(/^Parse Error: /);
    });
  });

  it('closes when every call is over, whatever came of it', async () => {
    await using origin = await testOrigin(({ url }, response) => {
      if (url === '/fine') response.end('x');
      if (url === '/hang') response.writeHead(200).write('x');
      if (url === '/gone') response.socket?.destroy();
      if (url === '/long') response.end('x'.repeat(MAX_BYTES * 2));
    });
    open({ responseTimeout: 200 });
    const calls = ['/fine', '/hang', '/gone', '/long'].map((path) => call(`${origin.url}${path}`));
    const ends = (await Promise.allSettled(calls)).map(({ status }) => status);
    expect(ends).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    await egress.close();
    await vi.waitFor(() => expect(origin.open()).toBe(0));
    open();
  });
});

describe('egress, with an answer taken as it arrives', () => {
  const open = (responseTimeout = 10_000) =>
    testEgress({
      'xpack.actions.allowedHosts': ['*'],
      'xpack.actions.responseTimeout': responseTimeout,
      'xpack.actions.maxResponseContentLength': MAX_BYTES,
    });

  const stream = (egress: Egress, url: string) =>
    egress.transportFor(undefined)({
      method: 'GET',
      url,
      headers: {},
      body: undefined,
      timeoutMs: undefined,
      maxRedirects: 0,
      sensitiveHeaders: [],
      signal: new AbortController().signal,
      isStreamed: true,
    });

  it.each([undefined, 'gzip'])('gives each part before the next one is there (%s)', async (encoding) => {
    let next: () => void = () => {};
    await using origin = await testOrigin((_, response) => {
      response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding });
      const send = (text: string) => response.write(encoding === 'gzip' ? gzipSync(text) : text);
      send('first');
      next = () => {
        send('second');
        response.end();
      };
    });
    const egress = open();
    const { body } = await stream(egress, origin.url);
    const read: string[] = [];
    for await (const chunk of body) {
      read.push(Buffer.from(chunk).toString());
      next();
    }
    expect(read.join('')).toBe('firstsecond');
    expect(read.length).toBeGreaterThan(1);
    await egress.close();
  });

  it.each([undefined, 'gzip'])('gives up a body that nobody reads at the deadline (%s)', async (encoding) => {
    await using origin = await testOrigin((_, response) => {
      response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding }).write('x');
    });
    const egress = open(150);
    const { body } = await stream(egress, origin.url);
    await vi.waitFor(() => expect(origin.open()).toBe(0));
    const read = async () => {
      for await (const _ of body);
    };
    await expect(read()).rejects.toThrow('timeout of 150ms exceeded');
    await egress.close();
  });

  it.each([undefined, 'gzip'])(
    'lets go of the connection when the rest is not wanted (%s)',
    async (encoding) => {
      await using origin = await testOrigin((_, response) => {
        response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding });
        response.write(encoding === undefined ? 'some of it' : gzipSync('some of it'));
      });
      const egress = open();
      const { body } = await stream(egress, origin.url);
      for await (const _ of body) break;
      await vi.waitFor(() => expect(origin.open()).toBe(0));
      await egress.close();
    },
  );
});

async function textOf(body: TransportResponse['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function* parts(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** A server that says the same to everybody. */
async function rawServer(answer: string): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
