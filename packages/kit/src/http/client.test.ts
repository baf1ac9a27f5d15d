import { text as readText } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type StandIn, type StandInAnswer, standIn } from '../testing/index.ts';
import { nodeTransport } from '../testing/node-transport.ts';
import { createHttpClient, type HttpClientOptions } from './client.ts';
import { HttpRequestError, HttpStatusError, ResponseError } from './errors.ts';
import type { HttpMethod, HttpOptions } from './http.ts';
import type { Transport, TransportRequest } from './transport.ts';

const client = (options: Partial<HttpClientOptions> = {}) =>
  createHttpClient({
    transport: nodeTransport,
    signal: new AbortController().signal,
    userAgent: 'patchbay/1',
    ...options,
  });

/** What a call of the given options sends. */
async function sent(options: HttpOptions, method: HttpMethod = 'POST', path = '/') {
  await using vendor = await standIn();
  await client().request(method, vendor.url + path, options);
  return vendor.received[0] as StandIn['received'][number];
}

/** The response of a vendor that answers so. */
async function answered(answer: StandInAnswer, options?: HttpOptions) {
  await using vendor = await standIn(() => answer);
  return await client().get(vendor.url, options);
}

async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('a request', () => {
  it.each(['get', 'post', 'put', 'patch', 'delete'] as const)('has the method of %s', async (name) => {
    await using vendor = await standIn();
    await client()[name](`${vendor.url}/a/b?c=d`);
    expect(vendor.received).toMatchObject([{ method: name.toUpperCase(), url: '/a/b?c=d', body: '' }]);
  });

  it('says what it accepts and who sends it', async () => {
    const { headers } = await sent({}, 'GET');
    expect(headers).toMatchObject({
      accept: 'application/json, text/plain, */*',
      'user-agent': 'patchbay/1',
    });
    expect(headers).not.toHaveProperty('content-type');
    expect(headers).not.toHaveProperty('authorization');
  });

  it('carries basic auth', async () => {
    const { headers } = await sent({ auth: { user: 'José', password: 'a:b' } });
    expect(headers.authorization).toBe('Basic Sm9zw6k6YTpi');
  });

  it('lets a header of the caller win over each of its own, whatever its case', async () => {
    const { rawHeaders } = await sent({
      auth: { user: 'u', password: 'p' },
      json: {},
      headers: { authorization: 'Bearer t', 'content-TYPE': 'text/x', ACCEPT: '*/*', 'user-agent': 'me' },
    });
    const named = (name: string) => rawHeaders.filter((text) => text.toLowerCase() === name).length;
    expect(rawHeaders.join('\n')).toContain('authorization\nBearer t');
    expect(rawHeaders.join('\n')).toContain('content-TYPE\ntext/x');
    expect(rawHeaders.join('\n')).toContain('ACCEPT\n*/*');
    expect(rawHeaders.join('\n')).toContain('user-agent\nme');
    expect(['authorization', 'content-type', 'accept', 'user-agent'].map(named)).toEqual([1, 1, 1, 1]);
  });

  it('leaves by the transport with the limits of its call', async () => {
    const seen: TransportRequest[] = [];
    const transport: Transport = (request) => {
      seen.push(request);
      return nodeTransport(request);
    };
    await using vendor = await standIn();
    await client({ transport }).get(vendor.url, {
      timeoutMs: 5,
      maxRedirects: 0,
      sensitiveHeaders: ['x-key'],
    });
    await client({ transport }).get(vendor.url);
    expect(seen).toMatchObject([
      { timeoutMs: 5, maxRedirects: 0, sensitiveHeaders: ['x-key'] },
      { timeoutMs: undefined, maxRedirects: 21, sensitiveHeaders: [] },
    ]);
  });

  it('ends when the run is given up', async () => {
    const run = new AbortController();
    await using vendor = await standIn(() => {
      run.abort();
      return new Promise(() => {});
    });
    await expect(client({ signal: run.signal }).get(vendor.url)).rejects.toThrow(HttpRequestError);
    expect(vendor.received).toHaveLength(1);
  });

  it('ends when it alone is given up', async () => {
    const call = new AbortController();
    await using vendor = await standIn(({ url }) => {
      if (url === '/other') return {};
      call.abort();
      return new Promise(() => {});
    });
    const http = client();
    await expect(http.get(vendor.url, { signal: call.signal })).rejects.toThrow(HttpRequestError);
    expect((await http.get(`${vendor.url}/other`)).status).toBe(200);
  });
});

describe('a query', () => {
  it.each([
    ['/', { a: 'x y', b: 1, c: false, d: '&=' }, '/?a=x+y&b=1&c=false&d=%26%3D'],
    ['/', { a: null, b: undefined }, '/'],
    ['/', { a: '' }, '/?a='],
    ['/p?flag&q=a%20b', { c: 1 }, '/p?flag&q=a%20b&c=1'],
    ['/p?a=1', { a: 2 }, '/p?a=1&a=2'],
    ['/p?flag&q=a%20b', {}, '/p?flag&q=a%20b'],
  ])('is added to %s: %j', async (path, query, expected) => {
    expect((await sent({ query }, 'GET', path)).url).toBe(expected);
  });

  it('arrives as it was given', () => {
    const well = fc.string({ unit: 'grapheme' });
    return fc.assert(
      fc.asyncProperty(well, well, async (name, value) => {
        const { url } = await sent({ query: { [name]: value } }, 'GET', '/?first=1');
        const arrived = new URL(url, 'http://localhost').searchParams;
        expect([...arrived]).toEqual([
          ['first', '1'],
          [name, value],
        ]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a body', () => {
  it.each<[string, HttpOptions, string | undefined, string]>([
    ['json', { json: { a: 'é', b: [null] } }, 'application/json', '{"a":"é","b":[null]}'],
    ['json null', { json: null }, 'application/json', 'null'],
    ['text', { text: ' as is é ' }, undefined, ' as is é '],
    [
      'form',
      { form: { a: 'x y&z', b: undefined, c: '' } },
      'application/x-www-form-urlencoded; charset=utf-8',
      'a=x+y%26z&c=',
    ],
    ['bytes', { bytes: Buffer.from('é!') }, undefined, 'é!'],
    ['stream', { stream: chunks('one ', 'two') }, undefined, 'one two'],
  ])('of %s leaves with its content type', async (_, options, contentType, body) => {
    const request = await sent(options);
    expect(request.body).toBe(body);
    expect(request.headers['content-type']).toBe(contentType);
  });

  it('of several parts leaves as form data', async () => {
    const form = new FormData();
    form.append('comment', 'two words');
    form.append('file', new Blob(['content'], { type: 'text/csv' }), 'a.csv');
    const { body, headers } = await sent({ multipart: form });
    const arrived = await new Response(body, {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    const file = arrived.get('file') as File;
    expect(arrived.get('comment')).toBe('two words');
    expect([file.name, file.type, await file.text()]).toEqual(['a.csv', 'text/csv', 'content']);
  });

  it.each<[string, HttpOptions, number]>([
    ['nothing', {}, 0],
    ['json', { json: { text: 'success' } }, 18],
    ['text', { text: 'é' }, 2],
    ['form', { form: { a: 'b' } }, 3],
    ['bytes', { bytes: new Uint8Array(7) }, 7],
    ['stream', { stream: chunks('é', 'bc') }, 4],
  ])('of %s is counted in bytes', async (_, options, expected) => {
    await using vendor = await standIn();
    expect(await countedBytes(vendor.url, options)).toBe(expected);
  });

  it('of several parts is counted in bytes', async () => {
    const multipart = new FormData();
    multipart.append('a', 'é');
    await using vendor = await standIn();
    const counted = await countedBytes(vendor.url, { multipart });
    expect(counted).toBe(Buffer.byteLength(vendor.received[0]?.body ?? ''));
  });

  it.each<[string, HttpOptions]>([
    ['text', { text: 'éé' }],
    ['json', { json: 'éé' }],
    ['bytes', { bytes: new Uint8Array(4) }],
    ['a stream', { stream: chunks('é', 'é') }],
  ])('of %s is not sent past its limit', async (_, options) => {
    await using vendor = await standIn();
    await expect(client().post(vendor.url, { ...options, maxRequestBytes: 3 })).rejects.toMatchObject({
      name: 'HttpRequestError',
      message: 'Request body larger than maxBodyLength limit',
      code: 'ERR_BAD_REQUEST',
    });
    expect(vendor.received).toEqual([]);
    await client().post(vendor.url, { text: 'é', maxRequestBytes: 2 });
    expect(vendor.received).toHaveLength(1);
  });

  it('is not counted where the type counts by itself', async () => {
    await using vendor = await standIn();
    expect(await countedBytes(vendor.url, { text: 'x', isCounted: false })).toBe(0);
    expect(await countedBytes(vendor.url, { stream: chunks('x'), isCounted: false })).toBe(0);
    expect(vendor.received.map(({ body }) => body)).toEqual(['x', 'x']);
  });

  it('is counted when nobody answers, too', async () => {
    const vendor = await standIn();
    await vendor.close();
    expect(await countedBytes(vendor.url, { text: 'lost' })).toBe(4);
  });
});

describe('an answer', () => {
  it('has status, reason, headers and body', async () => {
    const response = await answered({
      status: 201,
      statusText: 'Made',
      headers: { 'X-Id': '7' },
      body: '{"id":"é"}',
    });
    expect(response).toMatchObject({ status: 201, statusText: 'Made', headers: { 'x-id': '7' } });
    expect(response.text()).toBe('{"id":"é"}');
    expect(Buffer.from(response.bytes()).toString('latin1')).toBe('{"id":"Ã©"}');
    expect(response.json()).toEqual({ id: 'é' });
  });

  it('is read with a schema', async () => {
    const response = await answered({ body: '{"id":7,"more":true}' });
    expect(response.json(z.object({ id: z.number(), name: z.string().default('none') }))).toEqual({
      id: 7,
      name: 'none',
    });
  });

  it('that the schema refuses says where', async () => {
    const response = await answered({ body: '{"id":"7"}' });
    expect(() => response.json(z.object({ id: z.number() }))).toThrow(
      new ResponseError(
        'Response validation failed (✖ Invalid input: expected number, received string\n  → at id)',
      ),
    );
  });

  it.each(['', 'ok', '<html>'])('of %j is no JSON', async (body) => {
    const response = await answered({ body });
    expect(() => response.json()).toThrow(new ResponseError('Response is not a valid JSON'));
  });

  it.each([200, 204, 299])('of %i is accepted', async (status) => {
    expect((await answered({ status })).status).toBe(status);
  });

  it.each([304, 400, 500])('of %i is an error that holds the answer', async (status) => {
    const error = await answered({ status, body: '' }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error).toMatchObject({
      message: `Request failed with status code ${status}`,
      response: { status },
    });
  });

  it('that is an error can be read', async () => {
    const error = await answered({ status: 400, body: '{"message":"no"}' }).catch((thrown) => thrown);
    expect(error.response.json()).toEqual({ message: 'no' });
  });

  it('is judged by the caller where the caller says so', async () => {
    const acceptStatus = (status: number) => status === 404;
    expect((await answered({ status: 404 }, { acceptStatus })).status).toBe(404);
    await expect(answered({ status: 200 }, { acceptStatus })).rejects.toThrow(HttpStatusError);
  });
});

describe('a stream', () => {
  it('gives the body as it arrives', async () => {
    let asked = 0;
    async function* body() {
      for (const text of ['one ', 'two']) {
        asked += 1;
        yield Buffer.from(text);
      }
    }
    const transport: Transport = async () => ({ status: 200, statusText: 'OK', headers: {}, body: body() });
    const answer = await client({ transport }).stream('GET', 'http://vendor.example');
    expect(answer).toMatchObject({ status: 200, statusText: 'OK' });
    expect(asked).toBe(0);
    expect(await readText(answer.body)).toBe('one two');
  });

  it('is sent like any other request', async () => {
    await using vendor = await standIn(() => ({ body: 'answer' }));
    const answer = await client().stream('POST', vendor.url, { json: { a: 1 } });
    expect(await readText(answer.body)).toBe('answer');
    expect(vendor.received).toMatchObject([{ method: 'POST', body: '{"a":1}' }]);
  });

  it('of an error is read to its end', async () => {
    await using vendor = await standIn(() => ({ status: 429, body: '{"message":"slow"}' }));
    const error = await client()
      .stream('GET', vendor.url)
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error.response.json()).toEqual({ message: 'slow' });
  });
});

async function countedBytes(url: string, options: HttpOptions): Promise<number> {
  let counted = 0;
  const onRequestBodyBytes = (bytes: number) => {
    counted += bytes;
  };
  await client({ onRequestBodyBytes })
    .post(url, options)
    .catch((error) => expect(error).toBeInstanceOf(HttpRequestError));
  return counted;
}
