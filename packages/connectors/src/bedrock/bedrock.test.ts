import { createRenderer, prepareVariables, StreamedData, ValidationError } from '@patchbay/kit';
import { hostileText, type StandInAnswer, standIn, type TestRun, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bedrock } from './bedrock.ts';
import {
  bedrockRuntime,
  CONVERSE_ANSWER,
  MODEL,
  NOW,
  type Runtime,
  SECRETS,
  TEXT_ANSWER,
  USAGE,
} from './testing/bedrock-runtime.ts';
import { chunk, chunkFrames, converseFrames, exceptionFrame } from './testing/frames.ts';

const API_URL = 'https://bedrock-runtime.us-east-1.amazonaws.com';
const PATH = `/model/${encodeURIComponent(MODEL)}`;
const MESSAGES = [{ role: 'user', content: 'hi' }];
const RUN_BODY =
  '{"anthropic_version":"bedrock-2023-05-31","messages":[{"role":"user","content":"Hello world"}],"max_tokens":8191}';

interface Given extends Partial<TestRun> {
  config?: Record<string, unknown>;
}

function run(vendorUrl: string, subAction: string, subActionParams: unknown, given: Given = {}) {
  const config = { apiUrl: API_URL, ...given.config };
  return testAction(bedrock, {
    secrets: SECRETS,
    params: { subAction, subActionParams },
    origins: { [config.apiUrl]: vendorUrl },
    now: NOW,
    ...given,
    config,
  });
}

/** A run against the runtime: what comes back, and what was asked. */
async function ran(
  subAction: string,
  params: unknown,
  { runtime, ...given }: Given & { runtime?: Runtime } = {},
) {
  await using vendor = await bedrockRuntime(runtime);
  const tested = await run(vendor.url, subAction, params, given);
  const { data } = tested.result;
  const streamed = data instanceof StreamedData ? await read(data) : undefined;
  return { ...tested, streamed, request: vendor.received[0], received: vendor.received };
}

/** The bytes of a stream, until it ends or breaks off. */
async function read({ body, contentType, afterEnd }: StreamedData) {
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const bytes of body) chunks.push(bytes);
    await afterEnd?.();
  } catch (cause) {
    error = cause;
  }
  return { contentType, bytes: Buffer.concat(chunks), error };
}

async function answered(answer: StandInAnswer, subAction = 'run', params: unknown = { body: RUN_BODY }) {
  await using vendor = await standIn(() => answer);
  const tested = await run(vendor.url, subAction, params);
  const { data } = tested.result;
  const streamed = data instanceof StreamedData ? await read(data) : undefined;
  return { ...tested, streamed };
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

describe('.bedrock requests', () => {
  it('of invokeAI hold the messages in Claude’s format, the system’s apart', async () => {
    const { request, result, requestBodyBytes, tokenUsage } = await ran('invokeAI', {
      messages: [
        { role: 'system', content: 'Be a good chatbot' },
        { role: 'user', content: 'Hello world' },
        { role: 'assistant', content: 'Hi, I am a good chatbot' },
        { role: 'user', content: 'What is 2+2?' },
      ],
    });
    expect(request).toMatchObject({
      method: 'POST',
      url: `${PATH}/invoke`,
      headers: {
        'content-type': 'application/json',
        accept: '*/*',
        'x-amz-date': '20260101T000000Z',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=bedrockAccessKey\/20260101\/us-east-1\/bedrock\/aws4_request, SignedHeaders=accept;content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
        ),
      },
      body: '{"anthropic_version":"bedrock-2023-05-31","system":"Be a good chatbot","messages":[{"content":"Hello world","role":"user"},{"content":"Hi, I am a good chatbot","role":"assistant"},{"content":"What is 2+2?","role":"user"}],"max_tokens":8191,"temperature":0}',
    });
    expect(result).toEqual(ok({ message: 'Disk is full.', usage: USAGE }));
    expect(requestBodyBytes).toBe(256);
    expect(tokenUsage()).toEqual({ prompt: 41, completion: 64, total: 105 });
  });

  it.each(['run', 'test'])('of %s hold the body as it is given', async (subAction) => {
    const { request, result, requestBodyBytes, tokenUsage } = await ran(subAction, { body: RUN_BODY });
    expect(request).toMatchObject({
      url: `${PATH}/invoke`,
      body: RUN_BODY,
      headers: { 'content-type': 'application/json', accept: '*/*' },
    });
    expect(result).toEqual(ok({ completion: ' Disk is full. ', stop_reason: 'end_turn', usage: USAGE }));
    expect(requestBodyBytes).toBe(Buffer.byteLength(RUN_BODY));
    expect(tokenUsage()).toEqual({ prompt: 41, completion: 64, total: 105 });
  });

  it('of run count every byte of a body', async () => {
    const body = `{"prompt":"${'é'.repeat(66)}"}`;
    expect((await ran('run', { body })).requestBodyBytes).toBe(145);
  });

  it('of invokeAIRaw hold what is given, and the version only where it is', async () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
    const { request, result } = await ran('invokeAIRaw', {
      messages,
      anthropicVersion: 'bedrock-2023-05-31',
    });
    expect(request).toMatchObject({
      url: `${PATH}/invoke`,
      body: '{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"max_tokens":8191,"anthropic_version":"bedrock-2023-05-31"}',
    });
    expect(result).toMatchObject(ok({ id: 'msg_1', usage: USAGE }));
    expect((await ran('invokeAIRaw', { messages })).request?.body).toBe(
      '{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"max_tokens":8191}',
    );
    const all = {
      messages,
      stopSequences: ['stop'],
      system: 's',
      temperature: 0.5,
      maxTokens: 9,
      tools: [{ name: 'n', description: 'd', input_schema: { type: 'object' } }],
      toolChoice: { type: 'tool', name: 'n' },
    };
    expect((await ran('invokeAIRaw', all)).request?.body).toBe(
      '{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"stop_sequences":["stop"],"system":"s","temperature":0.5,"max_tokens":9,"tools":[{"name":"n","description":"d","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"n"}}',
    );
  });

  it.each(['converse', 'converseStream'])('of %s name the model in the body too', async (subAction) => {
    const { request } = await ran(subAction, {
      messages: [{ role: 'user', content: [{ text: 'hi' }] }],
      maxTokens: 50,
      unknown: 'left out',
    });
    expect(request).toMatchObject({
      url: `${PATH}/${subAction === 'converse' ? 'converse' : 'converse-stream'}`,
      headers: {
        accept: 'application/vnd.amazon.eventstream',
        'content-type': 'application/json',
        'x-amzn-bedrock-accept': '*/*',
        authorization: expect.stringContaining(
          'SignedHeaders=accept;content-type;host;x-amz-date;x-amzn-bedrock-accept,',
        ),
      },
      body: `{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":50},"modelId":"${MODEL}"}`,
    });
  });

  it.each([
    [{ tools: [{ toolSpec: {} }] }, '"inferenceConfig":{},"toolConfig":{"tools":[{"toolSpec":{}}]},'],
    [{ toolChoice: { auto: {} } }, '"inferenceConfig":{},"toolConfig":{"toolChoice":{"auto":{}}},'],
    [
      { system: [{ text: 's' }], temperature: '0.5', stopSequences: ['x'] },
      '"inferenceConfig":{"temperature":0.5,"stopSequences":["x"]},"system":[{"text":"s"}],',
    ],
  ])('of converse with %j', async (more, part) => {
    const { request } = await ran('converse', { messages: [], ...more });
    expect(request?.body).toBe(`{"messages":[],${part}"modelId":"${MODEL}"}`);
  });

  it('of invokeStream ignore a limit of tokens', async () => {
    const { request } = await ran('invokeStream', { messages: MESSAGES, maxTokens: 5 });
    expect(request).toMatchObject({
      url: `${PATH}/invoke-with-response-stream`,
      headers: { accept: 'application/vnd.amazon.eventstream', 'x-amzn-bedrock-accept': '*/*' },
      body: '{"anthropic_version":"bedrock-2023-05-31","messages":[{"content":"hi","role":"user"}],"max_tokens":8191,"temperature":0}',
    });
  });

  it.each([
    ['some-other-model', '/model/some-other-model/invoke'],
    [MODEL, `/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke`],
    [encodeURIComponent(MODEL), `/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke`],
    [
      'arn:aws:bedrock:us-east-1:1:inference-profile/x',
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/invoke',
    ],
    [
      'arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx',
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/invoke',
    ],
    ["it's (a) model*!", "/model/it's%20(a)%20model*!/invoke"],
    ['../../other?x=1#y', '/model/..%2F..%2Fother%3Fx%3D1%23y/invoke'],
  ])('for the model %s go to %s, signed as they arrive', async (model, url) => {
    const runtime = { models: [decodeURIComponent(model)] };
    const { request, result } = await ran('invokeAI', { messages: MESSAGES, model }, { runtime });
    expect([request?.url, result.status]).toEqual([url, 'ok']);
  });

  it.each(['..', '.', '%2e%2e'])('go nowhere for the model %s', async (model) => {
    const { result, received } = await ran('invokeAI', { messages: MESSAGES, model });
    expect(result).toEqual(failed(`"${model}" is no model of Amazon Bedrock`, 'user'));
    expect(received).toEqual([]);
  });

  it('are not sent without a model', async () => {
    const { result, received } = await ran('run', { body: RUN_BODY }, { config: { defaultModel: '' } });
    expect(result).toEqual(failed('No model specified. Please configure a default model.'));
    expect(received).toEqual([]);
  });

  it('are not sent with a body that is no JSON, unless it is to go as it is', async () => {
    const { result, received } = await ran('run', { body: 'no JSON' });
    expect(result).toEqual(failed(expect.stringContaining('is not valid JSON')));
    expect(received).toEqual([]);
    await using vendor = await standIn(() => ({ body: '{"a":1}' }));
    const raw = await run(vendor.url, 'run', { body: ' no JSON ', raw: true });
    expect([vendor.received[0]?.body, raw.result]).toEqual([' no JSON ', ok({ a: 1 })]);
  });

  it('to another host, port and path are signed as they arrive', async () => {
    await using vendor = await bedrockRuntime({ region: 'eu-west-1' });
    const config = { apiUrl: `${vendor.url}/`, region: 'eu-west-1' };
    const { result } = await run(vendor.url, 'invokeAI', { messages: MESSAGES }, { config, origins: {} });
    expect(result.status).toBe('ok');
  });

  it('are refused when they are late, or signed with another key or for another region', async () => {
    for (const given of [
      { now: new Date(NOW.getTime() + 6 * 60_000) },
      { secrets: { ...SECRETS, secret: 'another' } },
      { secrets: { ...SECRETS, accessKey: 'another' } },
      { config: { region: 'eu-west-1' } },
    ]) {
      const { result } = await ran('invokeAI', { messages: MESSAGES }, given);
      expect(result.serviceMessage).toMatch(/^Status code: 403\. Message: API Error: Forbidden - /);
    }
  });
});

describe('the region that requests are signed for', () => {
  it.each([
    ['https://bedrock-runtime.us-east-1.amazonaws.com', undefined, 'us-east-1'],
    ['https://bedrock-runtime.eu-central-1.amazonaws.com', undefined, 'eu-central-1'],
    ['https://bedrock-runtime.eu-central-1.amazonaws.com', 'us-west-2', 'us-west-2'],
    ['https://vpce-1.bedrock-runtime.eu-west-3.vpce.amazonaws.com', undefined, 'eu-west-3'],
    ['https://bedrock-runtime.cn-north-1.amazonaws.com.cn', undefined, 'cn-north-1'],
    ['https://gateway.example', undefined, 'us-east-1'],
    ['https://gateway.example', 'ap-south-1', 'ap-south-1'],
  ])('with the URL %s and the setting %s is %s', async (apiUrl, setting, region) => {
    const config = { apiUrl, ...(setting !== undefined && { region: setting }) };
    const { result } = await ran('invokeAI', { messages: MESSAGES }, { config, runtime: { region } });
    expect(result.status).toBe('ok');
  });
});

describe('messages', () => {
  const sent = async (params: object) => JSON.parse((await ran('invokeAI', params, {})).request?.body ?? '');

  it('with one role one after the other are one', async () => {
    const { messages } = await sent({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: 'b' },
        { role: 'human', content: 'c' },
        { role: 'assistant', content: 'd' },
        { role: 'ai', content: 'e' },
        { role: 'assistant', content: 'f' },
      ],
    });
    expect(messages).toEqual([
      { role: 'user', content: 'a\nb' },
      { role: 'user', content: 'c' },
      { role: 'assistant', content: 'd' },
      { role: 'assistant', content: 'e\nf' },
    ]);
  });

  it('of blocks stay what they are', async () => {
    const blocks = [{ type: 'image', source: {} }];
    const { messages } = await sent({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', rawContent: blocks },
        { role: 'user', content: 'b' },
      ],
    });
    expect(messages).toEqual([
      { role: 'user', content: 'a' },
      { role: 'user', content: blocks },
      { role: 'user', content: 'b' },
    ]);
  });

  it('of the system are lines of its prompt, after the param', async () => {
    const { system, messages } = await sent({
      system: 'first',
      messages: [
        { role: 'system', content: 'second' },
        { role: 'user', content: 'a' },
        { role: 'system', rawContent: [{ type: 'text', text: 'third' }] },
      ],
    });
    expect([system, messages]).toEqual(['first\nsecond\nthird', [{ role: 'user', content: 'a' }]]);
  });

  it('go with everything else that the model takes', async () => {
    const tools = [{ name: 'n', description: 'd', input_schema: { type: 'object' } }];
    expect(
      await sent({
        messages: MESSAGES,
        temperature: '0.7',
        stopSequences: ['x'],
        maxTokens: 10,
        anthropicVersion: 'another',
        tools,
        toolChoice: { type: 'any' },
      }),
    ).toMatchObject({
      anthropic_version: 'bedrock-2023-05-31',
      temperature: 0.7,
      stop_sequences: ['x'],
      max_tokens: 10,
      tools,
      tool_choice: { type: 'any' },
    });
  });

  it('arrive as data, whatever is in them', async () => {
    await using vendor = await bedrockRuntime();
    await fc.assert(
      fc.asyncProperty(hostileText(), async (content) => {
        vendor.received.length = 0;
        const body = JSON.stringify({ ...JSON.parse(RUN_BODY), system: content });
        for (const [subAction, params] of [
          ['invokeAI', { messages: [{ role: 'user', content }] }],
          ['run', { body }],
        ] as const) {
          expect((await run(vendor.url, subAction, params)).result.status).toBe('ok');
        }
        const [invoked, given] = vendor.received.map((request) => JSON.parse(request.body));
        expect(invoked.messages).toEqual([{ role: 'user', content }]);
        expect(given.system).toBe(content);
      }),
      { numRuns: 20 },
    );
  });
});

describe('.bedrock results', () => {
  it.each([
    [[{ type: 'text', text: 'a' }], 'a'],
    [
      [
        { type: 'text', text: 'a' },
        { type: 'tool_use', id: 't' },
        { type: 'text', text: 'b' },
      ],
      '\na\nb',
    ],
    [[{ type: 'tool_use', id: 't' }], ''],
    [[], ''],
  ])('of %j is the completion %j', async (content, completion) => {
    const { result } = await ran('run', { body: RUN_BODY }, { runtime: { content } });
    expect(result.data).toMatchObject({ completion, stop_reason: 'end_turn' });
  });

  it('of a body with a prompt is what the model says, counted here', async () => {
    const { result, tokenUsage } = await ran('run', { body: '{"prompt":"Human: hi"}' });
    expect(result).toEqual(ok(TEXT_ANSWER));
    expect(tokenUsage()).toEqual({ prompt: 7, completion: 4, total: 11 });
  });

  it('of a raw run is the whole answer', async () => {
    const { result, tokenUsage } = await ran('run', { body: RUN_BODY, raw: true });
    expect(result.data).toMatchObject({ type: 'message', content: [{ text: ' Disk is full. ' }] });
    expect(tokenUsage()).toEqual({ prompt: 41, completion: 64, total: 105 });
  });

  it('of a raw run that cannot be counted counts nothing, and says so', async () => {
    const { tokenUsage, logged } = await answered({ body: '{"x":1}' }, 'run', { body: '{}', raw: true });
    expect(tokenUsage()).toEqual({ prompt: 0, completion: 0, total: 0 });
    expect(logged).toContainEqual({
      level: 'error',
      message: 'Response did not contain a completion to count tokens of',
    });
  });

  it('of invokeAIRaw without a usage is not counted, which is said', async () => {
    const params = { messages: [{ role: 'user', content: 'x' }] };
    const { result, tokenUsage, logged } = await answered({ body: '{"x":1}' }, 'invokeAIRaw', params);
    expect([result, tokenUsage()]).toEqual([ok({ x: 1 }), undefined]);
    expect(logged).toContainEqual({ level: 'error', message: 'Response did not contain usage object' });
  });

  it('of invokeAI without a usage is counted here', async () => {
    const body = '{"content":[{"type":"text","text":"hello there"}]}';
    const { result, tokenUsage } = await answered({ body }, 'invokeAI', { messages: MESSAGES });
    expect(result).toEqual(ok({ message: 'hello there' }));
    expect(tokenUsage()).toEqual({ prompt: 1, completion: 2, total: 3 });
  });

  it('of converse is what the service says', async () => {
    const { result, tokenUsage } = await ran('converse', { messages: [] });
    expect(result).toEqual(ok(CONVERSE_ANSWER));
    expect(tokenUsage()).toEqual({ prompt: 10, completion: 3, total: 13 });
  });

  it('of a command of the SDK is that only code in this process can give one', async () => {
    const { result, received } = await ran('bedrockClientSend', { command: { input: {} } });
    expect(result).toEqual(failed(expect.stringMatching(/^bedrockClientSend takes a command/), 'user'));
    expect(received).toEqual([]);
  });

  it.each<[StandInAnswer, string, string]>([
    [
      {
        status: 422,
        body: '{"message":"Malformed input request: extraneous key [ooooo] is not permitted, please reformat your input and try again."}',
      },
      'Status code: 422. Message: API Error: Unprocessable Entity - Malformed input request: extraneous key [ooooo] is not permitted, please reformat your input and try again.',
      'user',
    ],
    [
      { status: 400, body: '{"message":"The requested operation is not recognized by the service."}' },
      'Status code: 400. Message: API Error: The requested operation is not recognized by the service.\n\nThe connector may need a newer endpoint: the host of one that runs models begins with `bedrock-runtime`.',
      'framework',
    ],
    [
      { status: 401, body: '{"message":"no"}' },
      'Status code: 401. Message: Unauthorized API Error: no',
      'user',
    ],
    [{ status: 401 }, 'Status code: 401. Message: Unauthorized API Error', 'user'],
    [
      { status: 429, body: '{"message":"slow down"}', headers: { 'retry-after': '1' } },
      'Status code: 429. Message: API Error: Too Many Requests - slow down',
      'user',
    ],
    [
      { status: 500, body: '<html>' },
      'Status code: 500. Message: API Error: Internal Server Error',
      'framework',
    ],
    [
      { status: 302, headers: { location: '/elsewhere' } },
      'Status code: 302. Message: API Error: Found',
      'framework',
    ],
  ])('of %j is %s, streamed or not', async (answer, serviceMessage, source) => {
    for (const [subAction, params] of [
      ['run', { body: RUN_BODY }],
      ['invokeStream', { messages: MESSAGES }],
      ['converseStream', { messages: [] }],
    ] as const) {
      expect((await answered(answer, subAction, params)).result).toEqual(failed(serviceMessage, source));
    }
  });

  it('of the vendor’s refusals is its words', async () => {
    await using vendor = await bedrockRuntime({ limit: 1 });
    const extra = await run(vendor.url, 'run', {
      body: '{"anthropic_version":"bedrock-2023-05-31","messages":[],"max_tokens":1,"ooooo":true}',
    });
    const throttled = await run(vendor.url, 'invokeStream', { messages: MESSAGES });
    expect([extra.result.serviceMessage, throttled.result.serviceMessage]).toEqual([
      'Status code: 400. Message: API Error: Bad Request - Malformed input request: extraneous key [ooooo] is not permitted, please reformat your input and try again.',
      'Status code: 429. Message: API Error: Too Many Requests - Too many requests, please wait before trying again.',
    ]);
  });

  it('without an answer is the code and the reason', async () => {
    const vendor = await standIn();
    await vendor.close();
    expect((await run(vendor.url, 'run', { body: RUN_BODY })).result).toEqual(
      failed(
        expect.stringMatching(
          /^Status code: undefined\. Message: Unexpected API Error: ECONNREFUSED - connect ECONNREFUSED /,
        ),
      ),
    );
  });

  it.each(['', '<html>', 'null', '[]', '{"content":"x"}', '{"content":[{"text":"x"}]}'])(
    'of the answer %j is that it is not what was asked for',
    async (body) => {
      expect((await answered({ body })).result).toEqual(
        failed(expect.stringMatching(/^Response validation failed \(.*\)$/s)),
      );
    },
  );

  it.each(['{"output":{}}', '{"usage":{}}'])('of converse must have output and usage: %s', async (body) => {
    const { result } = await answered({ body }, 'converse', { messages: [] });
    expect(result.serviceMessage).toMatch(/^Response validation failed \(/);
  });

  it('of an unknown sub-action is its name', async () => {
    expect((await ran('invalidAction', {})).result).toEqual(
      failed(
        'Sub action "invalidAction" is not registered. Connector id: test. Connector name: Amazon Bedrock. Connector type: .bedrock',
      ),
    );
  });
});

describe('.bedrock streams', () => {
  it('of invokeStream are passed on byte for byte, and counted', async () => {
    const { streamed, tokenUsage } = await ran('invokeStream', { messages: MESSAGES });
    expect(streamed).toEqual({
      contentType: 'application/vnd.amazon.eventstream',
      bytes: Buffer.concat(chunkFrames()),
      error: undefined,
    });
    expect(tokenUsage()).toEqual({ prompt: 10, completion: 5, total: 15 });
  });

  it('of converseStream are passed on byte for byte, and counted', async () => {
    const { streamed, tokenUsage } = await ran('converseStream', { messages: [] });
    expect(streamed).toMatchObject({ bytes: Buffer.concat(converseFrames()) });
    expect(tokenUsage()).toEqual({ prompt: 10, completion: 3, total: 13 });
  });

  it('that arrive byte by byte are counted as well', async () => {
    const bytes = Buffer.concat(chunkFrames());
    const body = (async function* () {
      for (const byte of bytes) yield Buffer.of(byte);
    })();
    const { streamed, tokenUsage } = await answered({ body }, 'invokeStream', { messages: MESSAGES });
    expect(streamed?.bytes).toEqual(bytes);
    expect(tokenUsage()).toEqual({ prompt: 10, completion: 5, total: 15 });
  });

  it('whose service counts nothing are counted here', async () => {
    const frames = [chunk({ completion: 'hello ' }), chunk({ completion: 'there', stop_reason: 'stop' })];
    const { tokenUsage } = await answered({ body: Buffer.concat(frames) }, 'invokeStream', {
      messages: MESSAGES,
    });
    expect(tokenUsage()).toEqual({ prompt: 36, completion: 2, total: 38 });
  });

  it('that end without metrics have cost nothing', async () => {
    const { tokenUsage } = await answered({ body: chunk({ type: 'message_stop' }) }, 'invokeStream', {
      messages: MESSAGES,
    });
    expect(tokenUsage()).toEqual({ prompt: 0, completion: 0, total: 0 });
  });

  it('with an error on the way are passed on with it', async () => {
    const runtime = { midStream: 'exception' } as const;
    const { streamed } = await ran('invokeStream', { messages: MESSAGES }, { runtime });
    expect(streamed?.error).toBeUndefined();
    expect(streamed?.bytes).toEqual(Buffer.concat([...chunkFrames().slice(0, 2), exceptionFrame()]));
  });

  it('that break off end in an error, uncounted', async () => {
    const runtime = { midStream: 'breaks off' } as const;
    const { streamed, tokenUsage } = await ran('invokeStream', { messages: MESSAGES }, { runtime });
    expect(streamed?.bytes).toEqual(Buffer.concat(chunkFrames().slice(0, 2)));
    expect(streamed?.error).toBeInstanceOf(Error);
    expect(tokenUsage()).toBeUndefined();
  });

  it('that are no event stream are passed on uncounted, which is said', async () => {
    const { streamed, logged } = await answered({ body: '\0\0\0\x01no event stream' }, 'converseStream', {
      messages: [],
    });
    expect(streamed?.bytes.toString()).toBe('\0\0\0\x01no event stream');
    const errors = logged.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors).toEqual([expect.stringMatching(/^Tokens of the answer are not counted: /)]);
  });
});

describe('.bedrock input', () => {
  it.each<[string, unknown, string]>([
    ['run', {}, 'received undefined'],
    ['run', { body: RUN_BODY, other: 1 }, 'Unrecognized key'],
    ['run', { body: RUN_BODY, telemetryMetadata: { other: 1 } }, 'Unrecognized key'],
    ['invokeAI', {}, 'messages'],
    ['invokeAI', { messages: [{ role: 'user' }] }, 'Must specify either content or rawContent'],
    [
      'invokeStream',
      { messages: [{ role: 'user', content: 'a', rawContent: [] }] },
      'content and rawContent can not be used at the same time',
    ],
    ['invokeAI', { messages: MESSAGES, toolChoice: { type: 'none' } }, 'toolChoice'],
    ['invokeAI', { messages: MESSAGES, tools: [{ name: 'n' }] }, 'input_schema'],
    ['invokeAIRaw', { messages: [{ content: 'a' }] }, 'role'],
    ['converse', {}, 'messages'],
    ['bedrockClientSend', { command: 1, other: 1 }, 'Unrecognized key'],
    ['getDashboard', {}, 'dashboardId'],
  ])('of %s: %j is refused before anything is sent', async (subAction, params, named) => {
    const { result, received } = await ran(subAction, params);
    expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(/), 'user'));
    expect(result.serviceMessage).toContain(named);
    expect(received).toEqual([]);
  });

  it.each<[Record<string, unknown>, Record<string, unknown>, string]>([
    [{}, SECRETS, 'config: ✖ Invalid input: expected string, received undefined\n  → at apiUrl'],
    [
      { apiUrl: 'http://bedrock.mynonexistent.com' },
      SECRETS,
      'config: Error configuring Amazon Bedrock action: Error: error validating url: target url "http://bedrock.mynonexistent.com" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { apiUrl: 'ftp://a.example' },
      SECRETS,
      'config: Error configuring Amazon Bedrock action: Error: URL Error: Invalid protocol',
    ],
    [
      { apiUrl: 'nowhere' },
      SECRETS,
      'config: Error configuring Amazon Bedrock action: Error: URL Error: Invalid URL',
    ],
    [{ apiUrl: API_URL, more: 1 }, SECRETS, 'config: ✖ Unrecognized key: "more"'],
    [
      { apiUrl: API_URL },
      {},
      'secrets: ✖ Invalid input: expected string, received undefined\n  → at accessKey\n✖ Invalid input: expected string, received undefined\n  → at secret',
    ],
    [
      { apiUrl: API_URL },
      { accessKey: 'a' },
      'secrets: ✖ Invalid input: expected string, received undefined\n  → at secret',
    ],
    [
      { apiUrl: API_URL },
      { secret: 'a' },
      'secrets: ✖ Invalid input: expected string, received undefined\n  → at accessKey',
    ],
  ])('%j with %j is no connector', async (config, secrets, reason) => {
    const params = { subAction: 'run', subActionParams: { body: RUN_BODY } };
    await expect(
      testAction(bedrock, {
        config,
        secrets,
        params,
        allowedHosts: ['bedrock-runtime.us-east-1.amazonaws.com'],
      }),
    ).rejects.toEqual(new ValidationError(`error validating connector type ${reason}`));
  });

  it('without a sub-action is refused', async () => {
    const connector = { config: { apiUrl: API_URL }, secrets: SECRETS, params: {} };
    await expect(testAction(bedrock, connector)).rejects.toEqual(
      new ValidationError(
        'error validating action params: ✖ Invalid input: expected string, received undefined\n  → at subAction',
      ),
    );
  });

  it('keeps the default model and numbers that are written as text', () => {
    expect(bedrock.config.parse({ apiUrl: API_URL, contextWindowLength: '7', temperature: '0.1' })).toEqual({
      apiUrl: API_URL,
      defaultModel: MODEL,
      contextWindowLength: 7,
      temperature: 0.1,
    });
  });
});

describe('.bedrock templates', () => {
  const rendered = (params: Record<string, unknown>, value: unknown) =>
    bedrock.renderParams(params, createRenderer(prepareVariables({ value })));

  it.each(['run', 'test'])('of %s are rendered into JSON', (subAction) => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const params = { subAction, subActionParams: { body: '{"prompt":"{{value}}"}', model: '{{value}}' } };
        const { subActionParams } = rendered(params, value) as { subActionParams: Record<string, string> };
        expect(JSON.parse(subActionParams.body ?? '')).toEqual({ prompt: value });
        expect(subActionParams.model).toBe('{{value}}');
      }),
    );
  });

  it('of other sub-actions stay as they are', () => {
    const params = { subAction: 'invokeAI', subActionParams: { messages: [{ content: '{{value}}' }] } };
    expect(rendered(params, 'x')).toBe(params);
  });
});
