import { countTokens, createRenderer, prepareVariables, StreamedData, type TokenUsage } from '@patchbay/kit';
import { hostileText, type StandIn, standIn, type TestRun, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genAi } from './gen-ai.ts';
import {
  API_KEY,
  AZURE_PATH,
  type OpenAiLike,
  openAiLike,
  PATH,
  streamText,
} from './testing/open-ai-like.ts';

const MESSAGES = [{ role: 'user', content: 'Hello world' }];
const BODY = JSON.stringify({ messages: MESSAGES });

interface Run {
  /** Default: OpenAI at its own address. */
  config?: Record<string, unknown>;
  secrets?: Record<string, unknown>;
  params?: Record<string, unknown>;
  subAction?: string;
  vendor?: OpenAiLike;
}

/** One run against a service like OpenAI's, which plays `https://api.openai.com` too. */
async function run({ vendor = {}, ...given }: Run = {}) {
  await using service = await openAiLike(vendor);
  return { ...(await runAt(service, given)), received: service.received };
}

async function runAt(
  service: StandIn,
  { config = {}, secrets = { apiKey: API_KEY }, subAction = 'run', params = { body: BODY } }: Run = {},
) {
  const tested = await testAction(genAi, {
    config: { apiProvider: 'OpenAI', apiUrl: `https://api.openai.com${PATH}`, ...at(config, service) },
    secrets,
    params: { subAction, subActionParams: params },
    origins: { 'https://api.openai.com': service.url },
  });
  const { data } = tested.result;
  return { ...tested, streamed: data instanceof StreamedData ? await readOf(data) : undefined };
}

/** An `apiUrl` that is a path is one of the service. */
function at(config: Record<string, unknown>, { url }: StandIn): Record<string, unknown> {
  const { apiUrl } = config;
  return typeof apiUrl === 'string' && apiUrl.startsWith('/') ? { ...config, apiUrl: url + apiUrl } : config;
}

/** Reads as the engine does: to the end, then what is left to do. */
async function readOf({ body, contentType, afterEnd }: StreamedData) {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
    await afterEnd?.();
    return { contentType, text: Buffer.concat(chunks).toString() };
  } catch (error) {
    return { contentType, text: Buffer.concat(chunks).toString(), error };
  }
}

const OTHER = { apiProvider: 'Other', apiUrl: PATH, defaultModel: 'gpt-4.1' };
const AZURE = { apiProvider: 'Azure OpenAI', apiUrl: `${AZURE_PATH}?api-version=2024-02-01` };

describe('.gen-ai run and test', () => {
  it.each(['run', 'test'])('%s answers what the service says, unchanged', async (subAction) => {
    const { result, received, requestBodyBytes, tokenUsage } = await run({ subAction });
    const body = '{"messages":[{"role":"user","content":"Hello world"}],"stream":false,"model":"gpt-4.1"}';
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: PATH,
        body,
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      },
    ]);
    expect(result).toMatchObject({
      status: 'ok',
      data: {
        id: 'chatcmpl-1',
        choices: [{ message: { role: 'assistant', content: 'Hello, world 😀' } }],
        usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
        system_fingerprint: 'fp_1',
      },
    });
    expect(requestBodyBytes).toBe(Buffer.byteLength(body));
    expect(tokenUsage()).toEqual({ prompt: 2, completion: 3, total: 5 });
  });

  it('counts the bytes that it sends', async () => {
    const { requestBodyBytes } = await run({
      params: { body: '{"messages":[{"role":"user","content":"Hi"}],"model":"gpt-4.1"}' },
    });
    expect(requestBodyBytes).toBe(
      '{"messages":[{"role":"user","content":"Hi"}],"model":"gpt-4.1","stream":false}'.length,
    );
    expect(requestBodyBytes).toBe(78);
  });

  it('keeps the model of its caller, and is whole though its caller asks for a stream', async () => {
    const { received, result } = await run({
      vendor: { models: ['mine'] },
      params: { body: JSON.stringify({ model: 'mine', messages: MESSAGES, stream: true }) },
    });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({ model: 'mine', messages: MESSAGES, stream: false });
    expect(result.status).toBe('ok');
  });

  it('says which organization and project ask, and its other headers, but no other key', async () => {
    const { received, result } = await run({
      config: {
        organizationId: 'org',
        projectId: 'proj',
        headers: { Authorization: 'override', 'X-Team': 'blue', 'Content-Type': 'text/plain' },
      },
    });
    expect(result.status).toBe('ok');
    expect(received[0]?.headers).toMatchObject({
      authorization: `Bearer ${API_KEY}`,
      'content-type': 'application/json',
      'openai-organization': 'org',
      'openai-project': 'proj',
      'x-team': 'blue',
    });
    expect((await run()).received[0]?.headers).not.toHaveProperty('openai-organization');
  });

  it('asks a deployment of Azure with its key in a header, which follows no redirect elsewhere', async () => {
    const { received, result, sensitiveHeaders } = await run({ config: AZURE, vendor: { isAzure: true } });
    expect(received).toMatchObject([
      {
        url: `${AZURE_PATH}?api-version=2024-02-01`,
        body: `{"messages":[{"role":"user","content":"Hello world"}],"stream":false}`,
        headers: { 'api-key': API_KEY },
      },
    ]);
    expect(received[0]?.headers).not.toHaveProperty('authorization');
    expect(result.status).toBe('ok');
    expect(sensitiveHeaders).toContain('api-key');
  });

  it('asks another service for no model that its caller does not name', async () => {
    const { received, result } = await run({ config: OTHER });
    expect(received[0]?.body).toBe('{"messages":[{"role":"user","content":"Hello world"}],"stream":false}');
    expect(result.serviceMessage).toBe(
      'Status code: 400. Message: API Error: Bad Request - you must provide a model parameter',
    );
  });

  it.each([
    ['without usage', { choices: [] }],
    ['without choices', { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }],
    [
      'of another form',
      { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }, choices: [{ text: 'a' }] },
    ],
    ['that is text', 'nonsense'],
    ['that is empty', ''],
  ])('fails at an answer %s', async (_, answer) => {
    await using service = await standIn(() => ({
      body: typeof answer === 'string' ? answer : JSON.stringify(answer),
    }));
    const { result, tokenUsage } = await runAt(service);
    expect(result).toMatchObject({
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: expect.stringMatching(/^Response validation failed \(/),
      retry: true,
      errorSource: 'framework',
    });
    expect(tokenUsage()).toBeUndefined();
  });
});

describe('.gen-ai invokeAI', () => {
  const invoke = (params: object, vendor: OpenAiLike = {}) =>
    run({ subAction: 'invokeAI', params: { messages: MESSAGES, ...params }, vendor });

  it('sends its params, and answers what is said and the usage', async () => {
    const { received, result, tokenUsage } = await invoke(
      {
        temperature: '0',
        signal: {},
        timeout: 5000,
        telemetryMetadata: { pluginId: 'a', aggregateBy: 'b', useCase: 'c' },
      },
      { reply: '  Fine.\n' },
    );
    expect(received[0]?.body).toBe(
      '{"messages":[{"role":"user","content":"Hello world"}],"temperature":0,"stream":false,"model":"gpt-4.1"}',
    );
    expect(result.data).toEqual({
      message: 'Fine.',
      usage: expect.objectContaining({ prompt_tokens: 2 }),
    });
    expect(tokenUsage()).toMatchObject({ prompt: 2 });
  });

  it('takes tools with whatever else they hold', async () => {
    const tools = [
      {
        type: 'function',
        function: { name: 'f', parameters: { type: 'object' }, strict: true, more: 1 },
        extra: true,
      },
    ];
    const { received } = await invoke({ tools, tool_choice: { type: 'function', function: { name: 'f' } } });
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ tools });
  });

  it.each([[[]], [[{ message: { role: 'assistant', content: null } }]]])(
    'says so where nothing is said: %j',
    async (choices) => {
      const usage = { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 };
      await using service = await standIn(() => ({ body: JSON.stringify({ choices, usage }) }));
      const { result } = await runAt(service, { subAction: 'invokeAI', params: { messages: MESSAGES } });
      expect(result).toMatchObject({
        status: 'ok',
        data: {
          message:
            'An error occurred sending your message. \n\nAPI Error: The response from OpenAI was in an unrecognized format.',
          usage,
        },
      });
    },
  );
});

async function tokensOf(asked: string, said: string): Promise<TokenUsage> {
  const [prompt, completion] = [await countTokens(asked), await countTokens(said)];
  return { prompt, completion, total: prompt + completion };
}

describe('.gen-ai streams', () => {
  const stream = (given: Run = {}) =>
    run({ subAction: 'stream', params: { body: BODY, stream: true }, ...given });

  it('asks for a stream with its usage, and passes it on', async () => {
    const { received, streamed, tokenUsage } = await stream();
    const body =
      '{"messages":[{"role":"user","content":"Hello world"}],"stream":true,"stream_options":{"include_usage":true},"model":"gpt-4.1"}';
    expect(received[0]?.body).toBe(body);
    expect(streamed).toEqual({
      contentType: 'text/event-stream; charset=utf-8',
      text: streamText(JSON.parse(body)),
    });
    expect(tokenUsage()).toEqual({ prompt: 2, completion: 3, total: 5 });
  });

  it('is a stream though the body says that it is none', async () => {
    const body = JSON.stringify({ messages: MESSAGES, stream: false });
    const { received, streamed } = await stream({ params: { body, stream: true } });
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(streamed?.text).toContain('[DONE]');
  });

  it('is an answer like that of run where it is told so, or nothing', async () => {
    for (const params of [{ body: BODY }, { body: BODY, stream: false }]) {
      const { result, received, tokenUsage } = await run({ subAction: 'stream', params, config: OTHER });
      expect(received[0]?.body).toBe(
        '{"messages":[{"role":"user","content":"Hello world"}],"stream":false,"model":"gpt-4.1"}',
      );
      expect(result.data).toMatchObject({ object: 'chat.completion' });
      expect(tokenUsage()).toMatchObject({ total: 5 });
    }
  });

  it('counts the same bytes, one by one', async () => {
    const { streamed, tokenUsage } = await stream({ vendor: { writes: 1 } });
    expect(streamed?.text).toContain('Hello,');
    expect(tokenUsage()).toEqual({ prompt: 2, completion: 3, total: 5 });
  });

  it('of a service that does not count is counted by the tokenizer', async () => {
    const { received, tokenUsage } = await stream({ config: OTHER });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      messages: MESSAGES,
      stream: true,
      model: 'gpt-4.1',
    });
    expect(tokenUsage()).toEqual(
      await tokensOf('<|start|>user\nHello world\n<|end|>', '{"content":"Hello, world 😀"}'),
    );
  });

  it('invokeStream sends its params and is counted by the tokenizer, whatever the service says', async () => {
    const { received, streamed, tokenUsage } = await run({
      subAction: 'invokeStream',
      params: { messages: MESSAGES, stop: null, timeout: 100 },
    });
    expect(received[0]?.body).toBe(
      '{"messages":[{"role":"user","content":"Hello world"}],"stop":null,"stream":true,"stream_options":{"include_usage":true},"model":"gpt-4.1"}',
    );
    expect(streamed?.text).toContain('"usage"');
    expect(tokenUsage()).toEqual(await tokensOf('<|start|>user\nHello world<|end|>', 'Hello, world 😀'));
  });

  it('invokeAsyncIterator asks as OpenAI’s client does, and gives the stream', async () => {
    const { received, streamed, tokenUsage } = await run({
      subAction: 'invokeAsyncIterator',
      config: { ...OTHER, apiUrl: '/v1/chat/completions/' },
      params: { messages: MESSAGES, signal: {} },
    });
    expect(received).toMatchObject([
      {
        url: PATH,
        body: '{"messages":[{"role":"user","content":"Hello world"}],"stream":true,"model":"gpt-4.1"}',
        headers: { authorization: `Bearer ${API_KEY}` },
      },
    ]);
    expect(streamed?.text).toContain('[DONE]');
    expect(tokenUsage()).toEqual(
      await tokensOf('<|start|>user\nHello world\n<|end|>', '{"content":"Hello, world 😀"}'),
    );
  });

  it('passes an error in it on, and what was counted is what was said before', async () => {
    const { streamed, tokenUsage } = await stream({ vendor: { fails: { after: 2, how: 'event' } } });
    expect(streamed?.text).toMatch(/The server had an error.*\n\n$/);
    expect(streamed).not.toHaveProperty('error');
    expect(tokenUsage()).toEqual(
      await tokensOf('<|start|>user\nHello world\n<|end|>', '{"content":"Hello,"}'),
    );
  });

  it('that breaks off is not counted', async () => {
    const { streamed, tokenUsage } = await stream({ vendor: { fails: { after: 2, how: 'connection' } } });
    expect(streamed?.error).toBeInstanceOf(Error);
    expect(tokenUsage()).toBeUndefined();
  });

  it('whose request is no chat is not counted by it', async () => {
    await using service = await standIn(() => ({ body: 'data: [DONE]\n\n' }));
    const { streamed, tokenUsage } = await runAt(service, {
      subAction: 'stream',
      params: { body: 'no JSON', stream: true },
    });
    expect(streamed).toMatchObject({ contentType: 'text/event-stream', text: 'data: [DONE]\n\n' });
    expect(tokenUsage()).toBeUndefined();
    expect(service.received[0]?.body).toBe('"no JSON"');
  });
});

describe('.gen-ai failures', () => {
  const stream = { subAction: 'stream', params: { body: BODY, stream: true } };
  const unknownModel = { body: JSON.stringify({ messages: MESSAGES, model: 'bad' }) };
  const KEY = { apiKey: 'wrong' };

  it.each<[string, Run, string, 'user' | 'framework']>([
    [
      'a wrong key',
      { secrets: KEY },
      'Status code: 401. Message: Unauthorized API Error - Incorrect API key provided.',
      'user',
    ],
    [
      'a wrong key, streamed',
      { secrets: KEY, ...stream },
      'Status code: 401. Message: Unauthorized API Error - Incorrect API key provided.',
      'user',
    ],
    [
      'a wrong key, for a client',
      { secrets: KEY, subAction: 'invokeAsyncIterator', params: { messages: MESSAGES } },
      'Status code: 401. Message: Unauthorized API Error - Incorrect API key provided.',
      'framework',
    ],
    [
      'a model that is not there',
      { params: unknownModel },
      'Status code: 404. Message: API Error: Not Found - The model `bad` does not exist',
      'framework',
    ],
    [
      'another place of an error',
      { params: unknownModel, vendor: { hasPlainErrors: true } },
      'Status code: 404. Message: API Error: Not Found - The model `bad` does not exist',
      'framework',
    ],
    [
      'too many requests',
      { vendor: { limit: 0 }, ...stream },
      'Status code: 429. Message: API Error: Too Many Requests - Rate limit reached.',
      'user',
    ],
    [
      'no JSON',
      { params: { body: 'no JSON' } },
      'Status code: 400. Message: API Error: Bad Request - We could not parse the JSON body of your request.',
      'framework',
    ],
  ])('for %s', async (_, given, serviceMessage, errorSource) => {
    const { result, tokenUsage } = await run(given);
    expect(result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage,
      retry: true,
      errorSource,
    });
    expect(tokenUsage()).toBeUndefined();
  });

  it.each<[number, string, string]>([
    [
      422,
      '{"error":{"message":"The model `bad model` does not exist"}}',
      'Status code: 422. Message: API Error: Unprocessable Entity - The model `bad model` does not exist',
    ],
    [401, '', 'Status code: 401. Message: Unauthorized API Error'],
    [500, '{"error":{}}', 'Status code: 500. Message: API Error: Internal Server Error'],
    [502, '<html>', 'Status code: 502. Message: API Error: Bad Gateway'],
    [500, '{"error":null}', 'Status code: 500. Message: API Error: Internal Server Error'],
    [
      404,
      '{"error":{"message":"Unrecognized request argument supplied: functions"}}',
      "Status code: 404. Message: API Error: 404 Unrecognized request argument supplied: functions\n\nFunctions need version 2023-07-01-preview or newer of the API: change the api-version in the connector's URL.",
    ],
  ])('of status %i with %s', async (status, body, serviceMessage) => {
    await using service = await standIn(() => ({ status, body }));
    for (const given of [{}, stream]) {
      expect((await runAt(service, given)).result).toMatchObject({ status: 'error', serviceMessage });
    }
  });

  it('without an answer', async () => {
    const gone = await standIn();
    await gone.close();
    for (const given of [{}, stream]) {
      expect((await runAt(gone, given)).result.serviceMessage).toMatch(
        /^Status code: undefined\. Message: Unexpected API Error: ECONNREFUSED - connect ECONNREFUSED /,
      );
    }
  });

  it('of a sub-action that is not there, or that is asked wrongly', async () => {
    expect((await run({ subAction: 'invalidAction' })).result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage:
        'Sub action "invalidAction" is not registered. Connector id: test. Connector name: OpenAI. Connector type: .gen-ai',
      retry: true,
      errorSource: 'framework',
    });
    for (const [subAction, params, path] of [
      ['run', {}, 'body'],
      ['run', { body: BODY, stream: true }, 'stream'],
      ['stream', { body: BODY, stream: 'yes' }, 'stream'],
      ['invokeAI', { messages: [{ role: 'user' }] }, 'content'],
      ['invokeAI', { messages: [], telemetryMetadata: { other: 1 } }, 'telemetryMetadata'],
      ['invokeStream', { messages: [], tool_choice: 'all' }, 'tool_choice'],
    ] as const) {
      const { result, received } = await run({ subAction, params });
      expect(result.serviceMessage).toMatch(/^Request validation failed \(/);
      expect(result.serviceMessage).toContain(`"${path}"`);
      expect(result.errorSource).toBe('user');
      expect(received).toEqual([]);
    }
  });

  it('tell no key', async () => {
    await using service = await standIn(({ headers }) => ({
      status: 400,
      body: JSON.stringify({ error: { message: 'bad' } }),
      headers: { 'x-echo': headers.authorization ?? '' },
    }));
    const { result, logged } = await runAt(service);
    expect(JSON.stringify([result, logged])).not.toContain(API_KEY);
  });
});

describe('.gen-ai getDashboard', () => {
  it('says that there is none', async () => {
    const { result, received } = await run({ subAction: 'getDashboard', params: { dashboardId: 'd' } });
    expect(result).toMatchObject({ status: 'ok', data: { available: false } });
    expect(received).toEqual([]);
  });
});

describe('.gen-ai connectors', () => {
  const refusal = (config: unknown, secrets: unknown = { apiKey: 'k' }, allowedHosts = ['*']) =>
    testAction(genAi, {
      config,
      secrets,
      params: { subAction: 'getDashboard', subActionParams: { dashboardId: 'd' } },
      allowedHosts,
    } satisfies TestRun);

  const OPENAI = { apiProvider: 'OpenAI', apiUrl: 'http://genAi.mynonexistent.com' };
  const CONFIG = 'error validating connector type config: ';
  const SECRETS = 'error validating connector type secrets: ';

  it.each([
    [{ ...OPENAI, apiUrl: 'nowhere' }, 'Error configuring OpenAI action: Error: URL Error: Invalid URL'],
    [
      { ...OPENAI, apiUrl: 'ftp://a.b' },
      'Error configuring OpenAI action: Error: URL Error: Invalid protocol',
    ],
    [
      OPENAI,
      'Error configuring OpenAI action: Error: error validating url: target url "http://genAi.mynonexistent.com" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { apiUrl: 'http://a.b' },
      "✖ Invalid discriminator value. Expected 'Azure OpenAI' | 'OpenAI' | 'Other'\n  → at apiProvider",
    ],
    [
      { ...OPENAI, apiProvider: 'bad' },
      "✖ Invalid discriminator value. Expected 'Azure OpenAI' | 'OpenAI' | 'Other'\n  → at apiProvider",
    ],
    [{ apiProvider: 'OpenAI' }, '✖ Invalid input: expected string, received undefined\n  → at apiUrl'],
    [
      { ...OPENAI, apiProvider: 'Other' },
      '✖ Invalid input: expected string, received undefined\n  → at defaultModel',
    ],
    [{ ...OPENAI, enableNativeFunctionCalling: true }, '✖ Unrecognized key: "enableNativeFunctionCalling"'],
    [{ ...OPENAI, apiProvider: 'Azure OpenAI', organizationId: 'o' }, '✖ Unrecognized key: "organizationId"'],
  ])('with config %j are refused', async (config, reason) => {
    await expect(refusal(config, undefined, ['elsewhere.example'])).rejects.toThrow(CONFIG + reason);
  });

  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const CERT = base64('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----');
  const PRIVATE = base64('-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----');
  const WRONG = base64('-----BEGIN EC PRIVATE KEY-----');

  it.each([
    [{}, '[apiKey]: expected value of type [string] but got [undefined]'],
    [{ apiKey: '' }, '[apiKey]: expected value of type [string] but got [undefined]'],
    [{ caData: CERT }, '[apiKey]: expected value of type [string] but got [undefined]'],
    [{ certificateData: CERT }, 'Private key data must be provided for PKI'],
    [{ apiKey: 'k', privateKeyData: PRIVATE }, 'Certificate data must be provided for PKI'],
    [
      { certificateData: WRONG, privateKeyData: PRIVATE },
      'Invalid Certificate data file format: The file must be a PEM-encoded certificate beginning with "-----BEGIN CERTIFICATE-----".',
    ],
    [
      { certificateData: CERT, privateKeyData: WRONG },
      'Invalid Private key data file format: The file must be a PEM-encoded private key beginning with "-----BEGIN PRIVATE KEY-----" or "-----BEGIN RSA PRIVATE KEY-----".',
    ],
    [
      { certificateData: CERT, privateKeyData: PRIVATE, caData: WRONG },
      'Invalid CA certificate data file format: The file must be a PEM-encoded certificate beginning with "-----BEGIN CERTIFICATE-----".',
    ],
    [{ apiKey: 'k', other: 'x' }, '✖ Unrecognized key: "other"'],
    [{ apiKey: 7 }, '✖ Invalid input: expected string, received number\n  → at apiKey'],
    [{ apiKey: 'k', caData: '' }, '✖ Too small: expected string to have >=1 characters\n  → at caData'],
  ])('with secrets %j are refused', async (secrets, reason) => {
    await expect(refusal(OPENAI, secrets)).rejects.toThrow(SECRETS + reason);
  });

  it.each([
    [{ certificateData: CERT, privateKeyData: PRIVATE }, /^Invalid or inaccessible PKI certificates: /],
    [{ certificateData: '!!!', privateKeyData: PRIVATE }, /^No certificate data provided$/],
    [{ certificateData: CERT, privateKeyData: '!!!' }, /^No private key data provided$/],
  ])('with files that hold nothing usable fail when they run: %j', async (secrets, reason) => {
    const { result } = await refusal({ ...OPENAI, apiProvider: 'Other', defaultModel: 'm' }, secrets);
    expect(result).toMatchObject({ status: 'error', serviceMessage: expect.stringMatching(reason) });
    expect((await refusal(OPENAI, secrets)).result.status).toBe('ok');
  });

  it('have the default model, and numbers that were given as text', () => {
    expect(genAi.config.parse({ ...OPENAI, temperature: '0.5', contextWindowLength: '8000' })).toEqual({
      ...OPENAI,
      defaultModel: 'gpt-4.1',
      temperature: 0.5,
      contextWindowLength: 8000,
    });
  });

  it('want a sub-action', async () => {
    await expect(testAction(genAi, { config: OPENAI, secrets: { apiKey: 'k' }, params: {} })).rejects.toThrow(
      'error validating action params: ',
    );
  });
});

describe('.gen-ai templates', () => {
  const render = (params: Record<string, unknown>, variables: Record<string, unknown>) =>
    genAi.renderParams(params, createRenderer(prepareVariables(variables)));

  it('are those of the body of run and test only', () => {
    const variables = { quote: '"a"' };
    const given = (subAction: string) => ({
      subAction,
      subActionParams: { body: '{{quote}}', x: '{{quote}}' },
    });
    for (const subAction of ['run', 'test']) {
      expect(render(given(subAction), variables)).toEqual({
        subAction,
        subActionParams: { body: '\\"a\\"', x: '{{quote}}' },
      });
    }
    for (const subAction of ['stream', 'invokeAI', 'invokeStream']) {
      expect(render(given(subAction), variables)).toEqual(given(subAction));
    }
    for (const odd of [{ subAction: 'run' }, { subAction: 'run', subActionParams: null }]) {
      expect(render(odd, variables)).toEqual(odd);
    }
  });

  it('give a body that arrives with the value in it, whatever it is', async () => {
    await using service = await openAiLike();
    const content = (index: number) => JSON.parse(service.received[index]?.body ?? '').messages[0].content;
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        const before = service.received.length;
        const template = '{"messages": [{"role": "user", "content": "{{rogue}}"}]}';
        const rendered = render({ subAction: 'run', subActionParams: { body: template } }, { rogue });
        await runAt(service, { params: rendered.subActionParams as Record<string, unknown> });
        await runAt(service, {
          subAction: 'invokeAI',
          params: { messages: [{ role: 'user', content: rogue }] },
        });
        expect(content(before) === rogue).toBe(true);
        expect(content(before + 1) === rogue).toBe(true);
      }),
      { numRuns: 30, examples: [['"\n']] },
    );
  });
});
