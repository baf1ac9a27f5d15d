import { createElasticsearch } from '@patchbay/engine/elasticsearch';
import {
  createLogger,
  createRenderer,
  type Elasticsearch,
  type HookContext,
  prepareVariables,
  StreamedData,
  ValidationError,
} from '@patchbay/kit';
import { hostileText, type StandInAnswer, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testEgress } from '../../../engine/src/testing/index.ts';
import { inference } from './inference.ts';
import {
  CHUNKS,
  chunk,
  events,
  type InferenceApi,
  inferenceApi,
  USAGE,
  USAGE_CHUNK,
  USER,
} from './testing/inference-api.ts';

const CUT =
  'Inference endpoint [my-id] returned status code 400: {"api_key":"[redacted]","x":"Bearer [redacted]"} ';
const now = new Date('2026-01-01T00:00:00Z');
const CONFIG = { provider: 'openai', taskType: 'chat_completion', inferenceId: 'my-id' };
const BODY = { messages: [{ role: 'user', content: 'What is Elastic?' }], n: 1 };
const ENDPOINTS = ['chat_completion', 'completion', 'rerank', 'text_embedding', 'sparse_embedding'].map(
  (task) => `${task}/my-id`,
);

async function withElasticsearch<T>(url: string, use: (elasticsearch: Elasticsearch) => Promise<T>) {
  const egress = testEgress();
  const options = { hosts: [url], requestTimeoutMs: 5000, customHeaders: {}, tls: {}, ...USER };
  try {
    return await use(createElasticsearch(options, { egress, now: () => now }));
  } finally {
    await egress.close();
  }
}

/** A run: what comes back, and what Elasticsearch was asked. */
async function ran(
  subAction: string,
  subActionParams: unknown,
  { config = CONFIG, ...api }: InferenceApi & { config?: object } = {},
) {
  await using node = await inferenceApi({ endpoints: ENDPOINTS, ...api });
  return await withElasticsearch(node.url, async (elasticsearch) => {
    const tested = await testAction(inference, {
      config,
      params: { subAction, subActionParams },
      elasticsearch,
    });
    const { data } = tested.result;
    const streamed = data instanceof StreamedData ? await read(data) : undefined;
    return { ...tested, streamed, received: node.received, request: node.received[0] };
  });
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

const streaming = (...data: unknown[]): StandInAnswer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: events(...data),
});

const failed = (serviceMessage: unknown, errorSource = 'framework') => ({
  actionId: 'test',
  status: 'error',
  message: 'an error occurred while running the action',
  serviceMessage,
  retry: true,
  errorSource,
});

const ok = (data: unknown) => ({ actionId: 'test', status: 'ok', data });

const completion = (message: object, facts: object = {}) => ({
  choices: [{ message: { refusal: null, role: 'assistant', ...message } }],
  object: 'chat.completion',
  id: 'chatcmpl-1',
  model: 'rainbow-sprinkles',
  ...facts,
});

describe('.inference chats', () => {
  it.each(['unified_completion', 'unified_completion_stream', 'unified_completion_async_iterator'])(
    'of %s are asked of the endpoint, without n',
    async (subAction) => {
      const { request, result } = await ran(subAction, { body: BODY });
      expect(request).toMatchObject({
        method: 'POST',
        url: '/_inference/chat_completion/my-id/_stream?timeout=180s',
        headers: {
          'content-type': 'application/json',
          'x-elastic-product-use-case': 'inference',
          'accept-encoding': 'identity',
        },
        body: '{"messages":[{"role":"user","content":"What is Elastic?"}]}',
      });
      expect(result.status).toBe('ok');
    },
  );

  it('say what they are made for', async () => {
    const params = { body: BODY, telemetryMetadata: { pluginId: 'assistant', aggregateBy: 'x' } };
    const { request } = await ran('unified_completion', params);
    expect(request?.headers['x-elastic-product-use-case']).toBe('assistant');
  });

  it('hold everything that a chat may', async () => {
    const body = {
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f' } }],
        },
        { role: 'tool', content: 'x', tool_call_id: 'c' },
      ],
      model: 'm',
      max_tokens: '5',
      metadata: { a: 'b' },
      stop: ['x'],
      temperature: 0.5,
      tool_choice: { type: 'function', function: { name: 'f' } },
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      top_p: 1,
      user: 'u',
    };
    const { request } = await ran('unified_completion', { body });
    expect(JSON.parse(request?.body ?? '')).toEqual({ ...body, max_tokens: 5 });
  });

  it('of unified_completion are put together', async () => {
    const { result, tokenUsage, requestBodyBytes } = await ran('unified_completion', { body: BODY });
    expect(result).toEqual(ok(completion({ content: 'Elastic is – 日本' }, { usage: USAGE })));
    expect(tokenUsage()).toEqual({ prompt: 7, completion: 3, total: 10 });
    expect(requestBodyBytes).toBe(0);
  });

  it('with pieces of tool calls have the calls', async () => {
    const call = (index: number, fields: object) => chunk({ tool_calls: [{ index, ...fields }] });
    const chat = streaming(
      call(0, { id: 'call_', type: 'function', function: { name: 'get', arguments: '{"a"' } }),
      call(1, { id: 'other', type: 'function', function: { name: 'none', arguments: ' ' } }),
      call(0, { id: '1', function: { name: '_disk', arguments: ':1}' } }),
      { object: 'other' },
    );
    expect((await ran('unified_completion', { body: BODY }, { chat })).result).toEqual(
      ok(
        completion({
          content: null,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'get_disk', arguments: '{"a":1}' } },
            { id: 'other', type: 'function', function: { name: 'none', arguments: '{}' } },
          ],
        }),
      ),
    );
  });

  it('that are refused have the last refusal', async () => {
    const chat = streaming(chunk({ refusal: 'no' }), chunk({ refusal: 'No.' }), USAGE_CHUNK);
    const { result } = await ran('unified_completion', { body: BODY }, { chat });
    expect(result).toEqual(ok(completion({ content: null, refusal: 'No.' }, { usage: USAGE })));
  });

  it.each<[unknown, string]>([
    [{ error: { message: 'overloaded', reason: 'r' } }, 'overloaded'],
    [{ error: { reason: 'because' } }, 'because'],
    [{ error: {} }, 'Unknown error'],
    [{ error: { message: 'key sk-1234567 is wrong' } }, 'key [redacted] is wrong'],
    [chunk({}, { choices: [{ delta: {}, finish_reason: 'length' }] }), 'createTokenLimitReachedError()'],
  ])('in which %j comes end with %s', async (event, text) => {
    const chat = streaming(CHUNKS[1], event, CHUNKS[2]);
    expect((await ran('unified_completion', { body: BODY }, { chat })).result).toEqual(failed(text));
  });

  it('that break off are failures', async () => {
    const body = (async function* () {
      yield events(CHUNKS[1]).slice(0, 60);
      throw new Error('breaks off');
    })();
    const chat = { headers: { 'content-type': 'text/event-stream' }, body };
    const { result } = await ran('unified_completion', { body: BODY }, { chat });
    expect(result).toMatchObject({ status: 'error', retry: true });
  });

  it.each(['unified_completion_stream', 'unified_completion_async_iterator'])(
    'of %s are passed on byte for byte, and counted',
    async (subAction) => {
      const { streamed, tokenUsage, requestBodyBytes } = await ran(subAction, { body: BODY });
      expect(streamed).toEqual({
        contentType: 'text/event-stream',
        text: events(...CHUNKS),
        error: undefined,
      });
      expect(tokenUsage()).toEqual({ prompt: 7, completion: 3, total: 10 });
      expect(requestBodyBytes).toBe(subAction.endsWith('iterator') ? 59 : 0);
    },
  );

  it('that arrive byte by byte are the same', async () => {
    const pieces = async function* () {
      for (const byte of Buffer.from(events(...CHUNKS))) yield Buffer.of(byte);
    };
    const chat = () => ({ headers: { 'content-type': 'text/event-stream' }, body: pieces() });
    const whole = await ran('unified_completion', { body: BODY }, { chat: chat() });
    expect(whole.result).toEqual(ok(completion({ content: 'Elastic is – 日本' }, { usage: USAGE })));
    const { streamed, tokenUsage } = await ran('unified_completion_stream', { body: BODY }, { chat: chat() });
    expect([streamed?.text, tokenUsage()?.total]).toEqual([events(...CHUNKS), 10]);
  });

  it.each<[StandInAnswer, string, string]>([
    [
      { status: 400, body: 'Received a status [429], you exceeded your quota' },
      'Received a status [429], you exceeded your quota',
      'user',
    ],
    [
      { status: 400, body: '{"error":"bad"}' },
      'Inference endpoint [my-id] returned status code 400: {"error":"bad"}',
      'user',
    ],
    [{ status: 503, body: 'busy' }, 'Inference endpoint [my-id] returned status code 503: busy', 'framework'],
    [{ status: 500, body: '' }, 'Inference endpoint [my-id] returned status code 500: ', 'framework'],
    [
      { status: 400, body: `{"api_key":"abcdef","x":"Bearer abc.def"} ${'y'.repeat(2000)}` },
      `${CUT}${'y'.repeat(985 - CUT.length)}... [truncated]`,
      'user',
    ],
  ])('that are refused with %j end with %s', async (chat, text, source) => {
    for (const subAction of ['unified_completion', 'unified_completion_stream']) {
      const { result } = await ran(subAction, { body: BODY }, { chat });
      expect(result).toEqual(failed(text, source));
      expect(result.serviceMessage?.length).toBeLessThanOrEqual(1000);
    }
  });

  it('whose refusal breaks off say so', async () => {
    const body = (async function* () {
      yield 'half';
      throw new Error('breaks off');
    })();
    const { result } = await ran('unified_completion', { body: BODY }, { chat: { status: 502, body } });
    expect(result).toEqual(
      failed(
        expect.stringMatching(
          /^Inference endpoint \[my-id\] returned status code 502; upstream body stream failed: ./,
        ),
      ),
    );
  });

  it('arrive as data, whatever is in them', async () => {
    await using node = await inferenceApi({ endpoints: ENDPOINTS });
    await withElasticsearch(node.url, async (elasticsearch) => {
      await fc.assert(
        fc.asyncProperty(hostileText(), async (content) => {
          node.received.length = 0;
          const params = { body: { messages: [{ role: 'user', content: '{{{value}}}' }] } };
          const rendered = inference.renderParams(
            { subAction: 'unified_completion', subActionParams: params },
            createRenderer(prepareVariables({ value: content })),
          );
          const { result } = await testAction(inference, { config: CONFIG, params: rendered, elasticsearch });
          expect(result.status).toBe('ok');
          expect(JSON.parse(node.received[0]?.body ?? '').messages).toEqual([{ role: 'user', content }]);
        }),
        { numRuns: 20 },
      );
    });
  });
});

describe('.inference tasks', () => {
  it.each<[string, unknown, string, unknown, unknown]>([
    ['completion', { input: 'hi' }, '{"input":"hi"}', { completion: [{ result: 'x' }] }, [{ result: 'x' }]],
    [
      'rerank',
      { input: ['apple', 'banana'], query: 'fruit' },
      '{"query":"fruit","input":["apple","banana"]}',
      { rerank: [{ index: 2, relevance_score: 0.01, text: 'x' }] },
      [{ score: 0.01, index: 2, text: 'x' }],
    ],
    ['rerank', { query: 'fruit' }, '{"query":"fruit","input":[]}', {}, []],
    [
      'text_embedding',
      { input: 'hi', inputType: 'ingest' },
      '{"input":"hi","task_settings":{"input_type":"ingest"}}',
      { text_embedding: [{ embedding: [1] }] },
      [{ embedding: [1] }],
    ],
    [
      'sparse_embedding',
      { input: 'hi' },
      '{"input":"hi"}',
      { sparse_embedding: [{ is_truncated: false, embedding: {} }] },
      [{ is_truncated: false, embedding: {} }],
    ],
    ['sparse_embedding', { input: 'hi' }, '{"input":"hi"}', 'no JSON', []],
  ])('%s of %j', async (task, params, body, answer, data) => {
    const { request, result } = await ran(task, params, { answers: { [task]: answer } });
    expect(request).toMatchObject({ method: 'POST', url: `/_inference/${task}/my-id`, body });
    expect(result).toEqual(ok(data));
  });

  it('that are refused end with what Elasticsearch says', async () => {
    const { result } = await ran('completion', { input: 'hi' }, { endpoints: [] });
    expect(result).toEqual(
      failed(
        expect.stringMatching(
          /^resource_not_found_exception[\s\S]*\. Status code: 404\. Upstream response: \{"error":/,
        ),
        'user',
      ),
    );
  });

  it('that Elasticsearch does not answer say why', async () => {
    const gone = await standIn();
    await gone.close();
    const { result } = await withElasticsearch(gone.url, (elasticsearch) =>
      testAction(inference, {
        config: CONFIG,
        params: { subAction: 'completion', subActionParams: { input: 'hi' } },
        elasticsearch,
      }),
    );
    expect(result).toEqual(failed(expect.stringMatching(/^connect ECONNREFUSED /)));
  });

  it('need an Elasticsearch that is configured', async () => {
    const egress = testEgress();
    const elasticsearch = createElasticsearch(undefined, { egress, now: () => now });
    for (const [subAction, subActionParams] of [
      ['completion', { input: 'hi' }],
      ['unified_completion_stream', { body: BODY }],
    ] as const) {
      const { result } = await testAction(inference, {
        config: CONFIG,
        params: { subAction, subActionParams },
        elasticsearch,
      });
      expect(result).toEqual(
        failed('Elasticsearch is not configured: set elasticsearch.hosts to the URL of a node'),
      );
    }
    await egress.close();
  });

  it.each<[string, unknown, string]>([
    ['unified_completion', {}, 'body'],
    ['unified_completion', { body: { more: 1 } }, 'more'],
    ['unified_completion', { body: { messages: [{ role: 'user', more: 1 }] } }, 'more'],
    ['completion', {}, 'input'],
    ['completion', { input: 'x', more: 1 }, 'more'],
    ['rerank', { input: [] }, 'query'],
    ['text_embedding', { input: 'x' }, 'inputType'],
    ['sparse_embedding', { input: 1 }, 'input'],
  ])('%s of %j is refused before anything is asked', async (subAction, params, named) => {
    const { result, received } = await ran(subAction, params);
    expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(/), 'user'));
    expect(result.serviceMessage).toContain(named);
    expect(received).toEqual([]);
  });

  it.each(['run', 'test', 'invokeAI', 'completion_stream', 'getDashboard'])('%s is none', async (name) => {
    expect((await ran(name, {})).result).toEqual(
      failed(
        `Sub action "${name}" is not registered. Connector id: test. Connector name: AI Connector. Connector type: .inference`,
      ),
    );
  });
});

describe('.inference endpoints', () => {
  async function hooked(
    hook: 'preSave' | 'postSave' | 'postDelete',
    {
      config = CONFIG,
      secrets = {},
      isUpdate = false,
      wasSuccessful = true,
      ...api
    }: InferenceApi & {
      config?: object;
      secrets?: object;
      isUpdate?: boolean;
      wasSuccessful?: boolean;
    } = {},
  ) {
    const warnings: string[] = [];
    await using node = await inferenceApi(api);
    return await withElasticsearch(node.url, async (elasticsearch) => {
      const context: HookContext & { wasSuccessful: boolean } = {
        connectorId: 'c',
        config: inference.config.parse(config),
        secrets: inference.secrets.parse(secrets),
        log: createLogger((_, message) => void warnings.push(message)),
        elasticsearch,
        isUpdate,
        wasSuccessful,
      };
      const error = await inference.hooks?.[hook]?.(context).then(
        () => undefined,
        (cause: Error) => cause.message,
      );
      const asked = node.received.map(({ method, url }) => `${method} ${url}`);
      return { asked, error, warnings, body: node.received.at(-1)?.body, known: [...node.known] };
    });
  }

  const PATH = '/_inference/chat_completion/my-id';

  it('are created before a connector is saved, dotted keys as objects, secrets over the rest', async () => {
    const { asked, body, error } = await hooked('preSave', {
      config: {
        ...CONFIG,
        providerConfig: {
          model_id: 'm',
          'rate_limit.requests_per_minute': 5,
          api_key: 'old',
          '__proto__.x': 1,
        },
        taskTypeConfig: { 'a.b.c': 1 },
      },
      secrets: { providerSecrets: { api_key: 'new-key' } },
    });
    expect([asked, error]).toEqual([[`GET ${PATH}`, `PUT ${PATH}`], undefined]);
    expect(body).toBe(
      '{"service":"openai","service_settings":{"model_id":"m","rate_limit":{"requests_per_minute":5},"api_key":"new-key","__proto__":{"x":1}},"task_settings":{"a":{"b":{"c":1}}}}',
    );
  });

  it('that are there already are not taken over', async () => {
    const text = 'Inference with id my-id and task type chat_completion already exists.';
    expect(await hooked('preSave', { endpoints: ['chat_completion/my-id'] })).toMatchObject({
      asked: [`GET ${PATH}`],
      error: text,
      warnings: [
        `Failed to create inference endpoint for task type "chat_completion" and inference id my-id. Error: ${text}`,
      ],
    });
  });

  it('are replaced when their connector is updated', async () => {
    const update = { isUpdate: true, endpoints: ['chat_completion/my-id'] };
    expect((await hooked('preSave', update)).asked).toEqual([`GET ${PATH}`, `DELETE ${PATH}`, `PUT ${PATH}`]);
    expect((await hooked('preSave', { isUpdate: true })).asked).toEqual([`GET ${PATH}`, `PUT ${PATH}`]);
  });

  it('that Elasticsearch refuses are told without their secret', async () => {
    const { error, warnings } = await hooked('preSave', {
      isUpdate: true,
      secrets: { providerSecrets: { api_key: 'wrong-key' } },
    });
    const reason =
      'status_exception\n\tRoot causes:\n\t\tstatus_exception: Incorrect API key provided: [redacted]';
    expect([error, warnings]).toEqual([
      reason,
      [
        `Failed to update inference endpoint for task type "chat_completion" and inference id my-id. Error: ${reason}`,
      ],
    ]);
  });

  it('go again when their connector could not be created, and only then', async () => {
    const endpoints = ['chat_completion/my-id'];
    expect((await hooked('postSave', { endpoints, wasSuccessful: false })).asked).toEqual([`DELETE ${PATH}`]);
    expect((await hooked('postSave', { endpoints })).asked).toEqual([]);
    expect((await hooked('postSave', { endpoints, wasSuccessful: false, isUpdate: true })).asked).toEqual([]);
  });

  it('go with their connector', async () => {
    const config = { ...CONFIG, inferenceId: 'a/b?c' };
    const { asked, known } = await hooked('postDelete', { config, endpoints: ['chat_completion/a/b?c'] });
    expect([asked, known]).toEqual([['DELETE /_inference/chat_completion/a%2Fb%3Fc'], []]);
  });

  it('that cannot be deleted are told', async () => {
    const { error, warnings } = await hooked('postDelete');
    expect(error).toMatch(
      /^Failed to delete inference endpoint for task type "chat_completion" and inference id my-id\. Error: resource_not_found_exception/,
    );
    expect(warnings).toEqual([error]);
  });
});

describe('.inference input', () => {
  it.each<[object, string]>([
    [
      { ...CONFIG, provider: 'foo' },
      'Error configuring Inference API action: Error: API Provider is not supported: foo by Inference Endpoint.',
    ],
    [
      { ...CONFIG, provider: '' },
      'Error configuring Inference API action: Error: API Provider is not supported by Inference Endpoint.',
    ],
    [
      { ...CONFIG, taskType: 'foo' },
      'Error configuring Inference API action: Error: Task type is not supported: foo by Inference Endpoint.',
    ],
    [
      { ...CONFIG, inferenceId: '..' },
      'Error configuring Inference API action: Error: ".." is no inference ID.',
    ],
    [
      { provider: 'openai', taskType: 'completion' },
      '✖ Invalid input: expected string, received undefined\n  → at inferenceId',
    ],
    [{ ...CONFIG, more: 1 }, '✖ Unrecognized key: "more"'],
  ])('%j is no config', async (config, reason) => {
    const refused = ran('completion', { input: 'x' }, { config });
    await expect(refused).rejects.toEqual(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each(['chat_completion', 'unified_completion', 'completion_stream', 'Rerank'])(
    'takes the task type %s',
    async (taskType) => {
      const { result } = await ran('completion', { input: 'x' }, { config: { ...CONFIG, taskType } });
      expect(result.status).toBe('ok');
    },
  );

  it('has defaults for what may be left out', () => {
    expect(inference.config.parse(CONFIG)).toEqual({ ...CONFIG, providerConfig: {}, taskTypeConfig: {} });
    expect(inference.secrets.parse({})).toEqual({ providerSecrets: {} });
  });
});
