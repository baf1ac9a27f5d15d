import { createRenderer, prepareVariables, StreamedData, ValidationError } from '@patchbay/kit';
import {
  hostileText,
  memoryTokens,
  type StandInAnswer,
  standIn,
  type TestRun,
  testAction,
} from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gemini } from './gemini.ts';
import {
  API_URL,
  answer,
  credentials,
  ERROR_EVENT,
  EVENTS,
  json,
  NOW,
  PRIVATE_KEY,
  TOKEN_URI,
  USAGE,
  type VertexAi,
  vertexAi,
} from './testing/vertex-ai.ts';

const CONFIG = { apiUrl: API_URL, gcpRegion: 'us-central1', gcpProjectID: 'p1' };
const SECRETS = { credentialsJson: credentials() };
const MODEL_PATH = '/v1/projects/p1/locations/us-central1/publishers/google/models';
const GENERATE = `${MODEL_PATH}/gemini-2.5-pro:generateContent`;
const RUN_BODY = '{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}';
const MESSAGES = [{ role: 'user', content: 'hi' }];
const SAFETY =
  '"safety_settings":[{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","threshold":"BLOCK_ONLY_HIGH"}]';

function run(vendorUrl: string, subAction: string, subActionParams: unknown, given: Partial<TestRun> = {}) {
  return testAction(gemini, {
    config: CONFIG,
    secrets: SECRETS,
    params: { subAction, subActionParams },
    origins: { [API_URL]: vendorUrl, [new URL(TOKEN_URI).origin]: vendorUrl },
    now: NOW,
    ...given,
  });
}

/** A run against Google: what comes back, and the requests to the model. */
async function ran(
  subAction: string,
  params: unknown,
  { google, ...given }: Partial<TestRun> & { google?: VertexAi } = {},
) {
  await using vendor = await vertexAi(google);
  const tested = await run(vendor.url, subAction, params, given);
  const { data } = tested.result;
  const streamed = data instanceof StreamedData ? await read(data) : undefined;
  const requests = vendor.received.filter(({ url }) => url !== '/token');
  return { ...tested, streamed, request: requests[0], received: vendor.received };
}

async function read({ body, contentType, afterEnd }: StreamedData) {
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const bytes of body) chunks.push(bytes);
    await afterEnd?.();
  } catch (cause) {
    error = cause;
  }
  return { contentType, text: Buffer.concat(chunks).toString(), error };
}

/** A run with a stored token, against a service that gives this answer. */
async function answered(given: StandInAnswer, subAction = 'run', params: unknown = { body: RUN_BODY }) {
  await using vendor = await standIn(() => given);
  const tokens = memoryTokens({ token: 'Bearer ya29.stored', expiresAt: new Date('2026-01-01T00:30:00Z') });
  const tested = await run(vendor.url, subAction, params, { tokens });
  const { data } = tested.result;
  const streamed = data instanceof StreamedData ? await read(data) : undefined;
  return { ...tested, streamed, tokens };
}

const failed = (serviceMessage: unknown, errorSource = 'framework') => ({
  actionId: 'test',
  status: 'error',
  message: 'an error occurred while running the action',
  serviceMessage,
  retry: true,
  errorSource,
});

const ok = (data: unknown) => ({ actionId: 'test', status: 'ok', data });
const COUNTED = { prompt: 4, completion: 6, total: 12 };

describe('.gemini requests', () => {
  it.each(['run', 'test'])('of %s hold the body as it is given', async (subAction) => {
    const { request, result, requestBodyBytes, received, tokenUsage } = await ran(subAction, {
      body: RUN_BODY,
      temperature: 1,
      stopSequences: ['x'],
    });
    expect(request).toMatchObject({
      method: 'POST',
      url: GENERATE,
      headers: { authorization: 'Bearer ya29.token-1', 'content-type': 'application/json' },
      body: RUN_BODY,
    });
    expect(result).toEqual(ok({ completion: 'Disk is full.', usageMetadata: USAGE }));
    const [granted] = received;
    expect(requestBodyBytes).toBe(Buffer.byteLength(RUN_BODY) + Buffer.byteLength(granted?.body ?? ''));
    expect(tokenUsage()).toEqual(COUNTED);
  });

  it('of run may have a body that is no text', async () => {
    expect((await ran('run', { body: JSON.parse(RUN_BODY) })).request?.body).toBe(RUN_BODY);
  });

  it('of invokeAI hold the messages, those of the user that follow each other in one', async () => {
    const { request, result, tokenUsage } = await ran('invokeAI', {
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: 'b' },
        { role: 'assistant', content: 'c' },
      ],
    });
    expect(request).toMatchObject({
      url: GENERATE,
      body: `{"contents":[{"role":"user","parts":[{"text":"a b"}]},{"role":"model","parts":[{"text":"c"}]}],"generation_config":{"temperature":0},${SAFETY}}`,
    });
    expect(result).toEqual(ok({ message: 'Disk is full.', usageMetadata: USAGE }));
    expect(tokenUsage()).toEqual(COUNTED);
  });

  it.each<[string, string, string]>([
    [
      'invokeAI',
      '"tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["f"]}},',
      '',
    ],
    ['invokeAIRaw', '', ',"tools":[{"name":"f"}]'],
    [
      'invokeStream',
      '"tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["f"]}},',
      ',"tools":[{"name":"f"}]',
    ],
  ])('of %s hold the options that it has', async (subAction, toolConfig, tools) => {
    const { request } = await ran(subAction, {
      messages: MESSAGES,
      systemInstruction: 's',
      temperature: '0.5',
      maxOutputTokens: 9,
      stopSequences: ['x'],
      tools: [{ name: 'f' }],
      toolConfig: { mode: 'ANY', allowedFunctionNames: ['f'] },
    });
    expect(request?.body).toBe(
      `{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generation_config":{"temperature":0.5,"maxOutputTokens":9},"system_instruction":{"parts":[{"text":"s"}]},${toolConfig}${SAFETY}${tools}}`,
    );
  });

  it('of invokeStream go to the method that streams', async () => {
    expect((await ran('invokeStream', { messages: MESSAGES })).request?.url).toBe(
      `${MODEL_PATH}/gemini-2.5-pro:streamGenerateContent?alt=sse`,
    );
  });

  it('go to the model of the params, else to the connector’s', async () => {
    const google = { models: ['gemini-2.5-flash', 'mine@001'] };
    const config = { ...CONFIG, defaultModel: 'mine@001' };
    const params = { messages: MESSAGES };
    expect((await ran('invokeAI', params, { google, config })).request?.url).toBe(
      `${MODEL_PATH}/mine@001:generateContent`,
    );
    const named = { ...params, model: 'gemini-2.5-flash' };
    expect((await ran('invokeAI', named, { google, config })).request?.url).toBe(
      `${MODEL_PATH}/gemini-2.5-flash:generateContent`,
    );
  });

  it.each(['../../x', '..', 'a/../../x', 'a?b=c', 'a#b', 'a\\..\\b', '%2e%2e/x'])(
    'go nowhere for the model %s',
    async (model) => {
      const { result, received } = await ran('run', { body: RUN_BODY, model });
      expect(result).toEqual(failed(`"${model}" is no model of Gemini`, 'user'));
      expect(received.filter(({ url }) => url !== '/token')).toEqual([]);
    },
  );
});

describe('messages', () => {
  const contents = async (messages: unknown[]) =>
    JSON.parse((await ran('invokeAI', { messages })).request?.body ?? '').contents;

  it('of the system count as the user’s', async () => {
    expect(
      await contents([
        { role: 'system', content: 'a' },
        { role: 'user', content: 'b' },
      ]),
    ).toEqual([{ role: 'user', parts: [{ text: 'a b' }] }]);
  });

  it('with parts go as they are, whatever their role', async () => {
    await using vendor = await standIn(() => json(200, answer([{ text: 'x' }])));
    const tokens = memoryTokens({ token: 'Bearer t' });
    const message = { role: 'assistant', parts: [{ text: 'a' }], more: 1 };
    const messages = [message, { role: 'user', content: 'b' }];
    await run(vendor.url, 'invokeAI', { messages }, { tokens });
    expect(JSON.parse(vendor.received[0]?.body ?? '').contents).toEqual([
      message,
      { role: 'user', parts: [{ text: 'b' }] },
    ]);
  });

  it('of the user are appended to parts of the user', async () => {
    expect(
      await contents([
        { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
        { role: 'user', content: 'c' },
      ]),
    ).toEqual([{ role: 'user', parts: [{ text: 'a c' }, { text: 'b' }] }]);
  });

  it('arrive as data, whatever is in them', async () => {
    await using vendor = await vertexAi();
    const tokens = memoryTokens();
    await fc.assert(
      fc.asyncProperty(hostileText(), async (text) => {
        vendor.received.length = 0;
        const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text }] }] });
        await run(vendor.url, 'invokeAI', { messages: [{ role: 'user', content: text }] }, { tokens });
        await run(vendor.url, 'run', { body }, { tokens });
        const sent = vendor.received.filter(({ url }) => url !== '/token').map((one) => JSON.parse(one.body));
        expect(sent.map(({ contents }) => contents)).toEqual([
          [{ role: 'user', parts: [{ text }] }],
          [{ role: 'user', parts: [{ text }] }],
        ]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the access token', () => {
  it('is asked for with an assertion of the account, and kept for 3500 seconds', async () => {
    await using vendor = await vertexAi();
    const tokens = memoryTokens();
    const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
    for (const now of [at(0), at(10), at(3499)]) {
      expect((await run(vendor.url, 'run', { body: RUN_BODY }, { tokens, now })).result.status).toBe('ok');
    }
    expect(vendor.received.map(({ url }) => url)).toEqual(['/token', GENERATE, GENERATE, GENERATE]);
    expect(await tokens.get()).toEqual({ token: 'Bearer ya29.token-1', expiresAt: at(3500) });
    expect(vendor.received[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
      body: expect.stringMatching(
        /^assertion=[\w.-]+&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer$/,
      ),
    });
  });

  it('is asked for anew when it is older', async () => {
    const later = new Date(NOW.getTime() + 3501_000);
    await using vendor = await vertexAi({ now: () => later });
    const tokens = memoryTokens({ token: 'Bearer old', expiresAt: new Date(NOW.getTime() + 3500_000) });
    const { result } = await run(vendor.url, 'run', { body: RUN_BODY }, { tokens, now: later });
    expect(result.status).toBe('ok');
    expect(vendor.received.map(({ url }) => url)).toEqual(['/token', GENERATE]);
  });

  it('that Vertex AI no longer takes is forgotten', async () => {
    await using vendor = await vertexAi();
    const tokens = memoryTokens({ token: 'Bearer revoked' });
    const runIt = () => run(vendor.url, 'run', { body: RUN_BODY }, { tokens });
    expect((await runIt()).result).toEqual(
      failed(
        'Status code: 401. Message: API Error: UNAUTHENTICATED: Request had invalid authentication credentials.',
        'user',
      ),
    );
    expect((await runIt()).result.status).toBe('ok');
  });

  it('stays after any other refusal', async () => {
    expect(await (await answered({ status: 403 })).tokens.get()).toBeDefined();
    expect(await (await answered({ status: 401 })).tokens.get()).toBeUndefined();
  });

  it.each<[string, string, string]>([
    [
      'is no JSON',
      'no JSON',
      'error validating connector type secrets: Error configuring Google Gemini secrets: Error: Failed to parse credentials JSON file: Invalid JSON format',
    ],
    [
      'is of another type',
      credentials({ type: 'authorized_user' }),
      'error validating connector type secrets: Error configuring Google Gemini secrets: Error: Invalid credential type. Only "service_account" credentials are supported. Type was "authorized_user".',
    ],
    [
      'has no type',
      '{}',
      'error validating connector type secrets: Error configuring Google Gemini secrets: Error: Invalid credential type. Only "service_account" credentials are supported. Type was "undefined".',
    ],
  ])(
    'is not asked for where the key file %s: there is no such connector',
    async (_, credentialsJson, text) => {
      await using vendor = await vertexAi();
      const refused = run(vendor.url, 'run', { body: RUN_BODY }, { secrets: { credentialsJson } });
      await expect(refused).rejects.toEqual(new ValidationError(text));
      expect(vendor.received).toEqual([]);
    },
  );

  it.each([
    [{ private_key: undefined }, 'the key of the service account has no usable private_key'],
    [{ client_email: 7 }, 'the key of the service account has no usable client_email'],
  ])('is not asked for with a key file whose %j', async (changes, text) => {
    const secrets = { credentialsJson: credentials(changes) };
    const { result, received } = await ran('run', { body: RUN_BODY }, { secrets });
    expect([result, received]).toEqual([failed(text), []]);
  });

  const NO_TOKEN =
    'Unable to retrieve access token. Ensure the service account has the right permissions and the Vertex AI endpoint is enabled in the GCP project. Error: ';

  it('cannot be asked for with a key that cannot sign, which is not shown', async () => {
    const secrets = { credentialsJson: credentials({ private_key: PRIVATE_KEY.slice(0, -60) }) };
    const { result, received } = await ran('run', { body: RUN_BODY }, { secrets });
    expect([result, received]).toEqual([
      failed(
        `${NO_TOKEN}Unable to generate JWT token. Error: the private key is no key in PEM that its password opens`,
      ),
      [],
    ]);
  });

  it('that Google refuses is refused in its words', async () => {
    const secrets = { credentialsJson: credentials({ client_email: 'other@p1.iam.gserviceaccount.com' }) };
    const { result } = await ran('run', { body: RUN_BODY }, { secrets });
    expect(result.serviceMessage).toBe(
      `${NO_TOKEN}{"error":"invalid_grant","error_description":"Invalid issuer."}`,
    );
  });

  it('that Google does not give is missed', async () => {
    await using vendor = await standIn(() => ({ body: '{}' }));
    expect((await run(vendor.url, 'run', { body: RUN_BODY })).result).toEqual(
      failed('Error occurred while retrieving the access token. Ensure that the credentials are vaild.'),
    );
  });

  it('that cannot be kept is used all the same', async () => {
    const tokens = { ...memoryTokens(), updateOrReplace: () => Promise.reject(new Error('full')) };
    const { result, logged } = await ran('run', { body: RUN_BODY }, { tokens });
    expect(result.status).toBe('ok');
    expect(logged).toContainEqual({
      level: 'warn',
      message: 'Not able to update connector token for connectorId: test due to error: full',
    });
  });
});

describe('.gemini results', () => {
  it.each([
    ['run', { body: RUN_BODY, raw: true }],
    ['invokeAIRaw', { messages: MESSAGES }],
  ])('of %s %j are the whole answer', async (subAction, params) => {
    const { result, tokenUsage } = await ran(subAction, params);
    expect(result).toEqual(ok(answer([{ text: 'Disk is full.' }])));
    expect(tokenUsage()).toEqual(COUNTED);
  });

  it('that are raw need not say what they cost, which is noted', async () => {
    const { result, tokenUsage, logged } = await answered(json(200, { x: 1 }), 'run', {
      body: RUN_BODY,
      raw: true,
    });
    expect([result, tokenUsage()]).toEqual([ok({ x: 1 }), undefined]);
    expect(logged).toContainEqual({
      level: 'error',
      message: 'Response did not contain usage metadata object',
    });
  });

  it.each<[StandInAnswer, string, string]>([
    [
      json(400, { error: { status: 'INVALID_ARGUMENT', message: 'bad' } }),
      'Status code: 400. Message: API Error: INVALID_ARGUMENT: bad',
      'framework',
    ],
    [json(403, { error: { message: 'bad' } }), 'Status code: 403. Message: API Error: bad', 'user'],
    [json(403, { error: {} }), 'Status code: 403. Message: API Error: ', 'user'],
    [
      json(400, { message: 'The requested operation is not recognized by the service.' }),
      'Status code: 400. Message: API Error: The requested operation is not recognized by the service.',
      'framework',
    ],
    [json(401, { message: 'no' }), 'Status code: 401. Message: Unauthorized API Error: no', 'user'],
    [{ status: 401 }, 'Status code: 401. Message: Unauthorized API Error', 'user'],
    [
      { status: 429, headers: { 'retry-after': '1' } },
      'Status code: 429. Message: API Error: Too Many Requests',
      'user',
    ],
    [
      json(500, { message: 'broken' }),
      'Status code: 500. Message: API Error: Internal Server Error - broken',
      'framework',
    ],
    [
      { status: 302, headers: { location: '/x' } },
      'Status code: 302. Message: API Error: Found',
      'framework',
    ],
  ])('of %j are %s, streamed or not', async (given, serviceMessage, source) => {
    for (const [subAction, params] of [
      ['run', { body: RUN_BODY }],
      ['invokeStream', { messages: MESSAGES }],
    ] as const) {
      expect((await answered(given, subAction, params)).result).toEqual(failed(serviceMessage, source));
    }
  });

  it('of Vertex AI’s refusals are its words', async () => {
    await using vendor = await vertexAi({ limit: 1 });
    const tokens = memoryTokens();
    const texts = [];
    for (const body of ['{"contents":[]}', RUN_BODY]) {
      texts.push((await run(vendor.url, 'run', { body }, { tokens })).result.serviceMessage);
    }
    expect(texts).toEqual([
      'Status code: 400. Message: API Error: INVALID_ARGUMENT: contents is not specified',
      'Status code: 429. Message: API Error: RESOURCE_EXHAUSTED: Resource exhausted. Please try again later.',
    ]);
  });

  it('without an answer are the code and the reason', async () => {
    const vendor = await standIn();
    await vendor.close();
    const tokens = memoryTokens({ token: 'Bearer t' });
    expect((await run(vendor.url, 'run', { body: RUN_BODY }, { tokens })).result).toEqual(
      failed(
        expect.stringMatching(
          /^Status code: undefined\. Message: Unexpected API Error: ECONNREFUSED - connect ECONNREFUSED /,
        ),
      ),
    );
  });

  it.each(['', '<html>', 'null', '{}', '{"usageMetadata":{"promptTokenCount":1}}'])(
    'of the answer %j are that it is not what was asked for',
    async (body) => {
      expect((await answered({ body })).result).toEqual(
        failed(expect.stringMatching(/^Response validation failed \(.*\)$/s)),
      );
    },
  );

  it.each([
    [{ candidates: [] }, 'The model gave no answer'],
    [{ candidates: [{ finishReason: 'SAFETY' }] }, 'The model gave no answer: SAFETY'],
  ])('of %j are that there is none', async (body, text) => {
    expect((await answered(json(200, { ...body, usageMetadata: USAGE }))).result).toEqual(failed(text));
  });

  it('of the dashboard are that there is none', async () => {
    expect((await ran('getDashboard', { dashboardId: 'd' })).result).toEqual(ok({ available: false }));
  });
});

describe('.gemini streams', () => {
  it('are passed on byte for byte, and counted', async () => {
    const { streamed, tokenUsage } = await ran('invokeStream', { messages: MESSAGES });
    expect(streamed).toEqual({ contentType: 'text/event-stream', text: EVENTS.join(''), error: undefined });
    expect(tokenUsage()).toEqual(COUNTED);
  });

  it('that arrive byte by byte are counted as well', async () => {
    const body = (async function* () {
      for (const byte of Buffer.from(EVENTS.join(''))) yield Buffer.of(byte);
    })();
    const { streamed, tokenUsage } = await answered({ body }, 'invokeStream', { messages: MESSAGES });
    expect([streamed?.text, tokenUsage()]).toEqual([EVENTS.join(''), COUNTED]);
  });

  it('with an error on the way are passed on with it, uncounted', async () => {
    const google = { midStream: 'error' } as const;
    const { streamed, tokenUsage, logged } = await ran('invokeStream', { messages: MESSAGES }, { google });
    expect([streamed?.text, streamed?.error, tokenUsage()]).toEqual([
      EVENTS[0] + ERROR_EVENT,
      undefined,
      undefined,
    ]);
    expect(logged).toContainEqual({
      level: 'error',
      message: 'Response did not contain usage metadata object',
    });
  });

  it('that break off end in an error', async () => {
    const google = { midStream: 'breaks off' } as const;
    const { streamed, tokenUsage } = await ran('invokeStream', { messages: MESSAGES }, { google });
    expect([streamed?.text, tokenUsage()]).toEqual([EVENTS[0], undefined]);
    expect(streamed?.error).toBeInstanceOf(Error);
  });
});

describe('.gemini input', () => {
  it.each<[string, unknown, string]>([
    ['run', { body: RUN_BODY, other: 1 }, 'other'],
    ['run', { body: RUN_BODY, telemetryMetadata: { other: 1 } }, 'other'],
    ['run', { body: RUN_BODY, model: 1 }, 'model'],
    ['invokeAI', {}, 'messages'],
    ['invokeStream', { messages: MESSAGES, toolConfig: { mode: 'MAYBE' } }, 'toolConfig'],
    ['invokeAIRaw', { messages: MESSAGES, toolConfig: { mode: 'ANY', x: 1 } }, 'toolConfig'],
    ['getDashboard', {}, 'dashboardId'],
  ])('of %s: %j is refused before anything is sent', async (subAction, params, named) => {
    const { result, received } = await ran(subAction, params);
    expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(/), 'user'));
    expect(result.serviceMessage).toContain(named);
    expect(received).toEqual([]);
  });

  it.each<[object, string]>([
    [
      { gcpRegion: 'r', gcpProjectID: 'p' },
      '✖ Invalid input: expected string, received undefined\n  → at apiUrl',
    ],
    [{ ...CONFIG, more: 1 }, '✖ Unrecognized key: "more"'],
    [
      { ...CONFIG, apiUrl: 'http://x' },
      'Error configuring Google Gemini action: Error: error validating url: target url "http://x" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { ...CONFIG, apiUrl: 'nowhere' },
      'Error configuring Google Gemini action: Error: URL Error: Invalid URL',
    ],
  ])('%j is no config', async (config, reason) => {
    const refused = run(
      'http://127.0.0.1',
      'run',
      { body: RUN_BODY },
      {
        config,
        allowedHosts: [new URL(API_URL).host],
      },
    );
    await expect(refused).rejects.toEqual(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it('asks nobody for a token where the key file names no address', async () => {
    const { result, received } = await ran(
      'run',
      { body: RUN_BODY },
      { secrets: { credentialsJson: credentials({ token_uri: 'nowhere' }) } },
    );
    expect(result.serviceMessage).toMatch(/^Unable to retrieve access token\. /);
    expect(received).toEqual([]);
  });

  it('keeps the default model and numbers that are written as text', () => {
    expect(gemini.config.parse({ ...CONFIG, contextWindowLength: '7', temperature: '1' })).toEqual({
      ...CONFIG,
      defaultModel: 'gemini-2.5-pro',
      contextWindowLength: 7,
      temperature: 1,
    });
  });
});

describe('.gemini templates', () => {
  const rendered = (params: Record<string, unknown>, value: unknown) =>
    gemini.renderParams(params, createRenderer(prepareVariables({ value })));

  it.each(['run', 'test'])('of %s are rendered into JSON', (subAction) => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        for (const body of ['{"a":"{{value}}"}', { a: '{{value}}' }]) {
          const { subActionParams } = rendered({ subAction, subActionParams: { body } }, value);
          const { body: made } = subActionParams as { body: unknown };
          expect(typeof made === 'string' ? JSON.parse(made) : made).toEqual({ a: value });
        }
      }),
    );
  });

  it('of other sub-actions stay as they are', () => {
    const params = { subAction: 'invokeAI', subActionParams: { messages: [{ content: '{{value}}' }] } };
    expect(rendered(params, 'x')).toBe(params);
  });
});
