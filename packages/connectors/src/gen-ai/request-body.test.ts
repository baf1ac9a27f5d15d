import { describe, expect, it } from 'vitest';
import { requestBody } from './request-body.ts';
import type { Config } from './schema.ts';

const OFFICIAL = 'https://api.openai.com/v1/chat/completions';
const DEPLOYMENT = 'https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-02-01';

const openAi = (apiUrl = OFFICIAL): Config => ({ apiProvider: 'OpenAI', apiUrl, defaultModel: 'gpt-4.1' });
const azure = (apiUrl = DEPLOYMENT, defaultModel?: string): Config => ({
  apiProvider: 'Azure OpenAI',
  apiUrl,
  defaultModel,
});
const other: Config = {
  apiProvider: 'Other',
  apiUrl: 'http://gpu:1234/v1/chat/completions',
  defaultModel: 'llama',
  verificationMode: 'full',
};

const sent = (config: Config, body: unknown, { isStream = false } = {}) =>
  requestBody(config, typeof body === 'string' ? body : JSON.stringify(body), {
    isStream,
    addsModel: isStream,
  });

describe('the body of a request', () => {
  it.each<[string, Config, string, string]>([
    ['OpenAI', openAi(), '{"a":1}', '{"a":1,"stream":false,"model":"gpt-4.1"}'],
    [
      'OpenAI, completions',
      openAi('https://api.openai.com/v1/completions'),
      '{"a":1}',
      '{"a":1,"stream":false,"model":"gpt-4.1"}',
    ],
    ['OpenAI elsewhere', openAi(`${OFFICIAL}/`), '{"a":1}', '{"a":1,"model":"gpt-4.1"}'],
    ['Azure', azure(), '{"a":1}', '{"a":1,"stream":false}'],
    ['Azure with a model', azure(DEPLOYMENT, 'm'), '{"a":1}', '{"a":1,"stream":false,"model":"m"}'],
    [
      'Azure with a model, asked for another',
      azure(DEPLOYMENT, 'm'),
      '{"model":"n"}',
      '{"model":"n","stream":false}',
    ],
    ['another', other, '{"a":1}', '{"a":1,"stream":false}'],
  ])('of %s is whole', (_, config, body, expected) => {
    expect(sent(config, body)).toBe(expected);
  });

  it.each<[string, Config, string]>([
    ['OpenAI', openAi(), '{"a":1,"stream":true,"stream_options":{"include_usage":true},"model":"gpt-4.1"}'],
    ['OpenAI elsewhere', openAi('https://gateway/v1/chat/completions'), '{"a":1,"model":"gpt-4.1"}'],
    ['Azure', azure(), '{"a":1,"stream":true,"stream_options":{"include_usage":true}}'],
    [
      'Azure with a model',
      azure(DEPLOYMENT, 'm'),
      '{"a":1,"stream":true,"stream_options":{"include_usage":true},"model":"m"}',
    ],
    ['another', other, '{"a":1,"stream":true,"model":"llama"}'],
  ])('of %s is streamed', (_, config, expected) => {
    expect(sent(config, '{"a":1}', { isStream: true })).toBe(expected);
  });

  it('says no other model than its caller', () => {
    for (const config of [openAi(), azure(DEPLOYMENT, 'm'), other]) {
      expect(JSON.parse(sent(config, { model: 'mine' }, { isStream: true })).model).toBe('mine');
    }
    expect(JSON.parse(sent(openAi(), { model: '' })).model).toBe('gpt-4.1');
  });

  it.each([
    [true, false],
    [false, true],
  ])('says stream: %s as the action is, whatever its caller wrote', (isStream, written) => {
    for (const config of [openAi(), azure(), other]) {
      expect(JSON.parse(sent(config, { stream: written }, { isStream })).stream).toBe(isStream);
    }
  });

  it.each([
    ['chat/completions', true],
    ['completions?api-version=1', true],
    ['extensions/chat/completions', true],
    ['embeddings', false],
    ['x/y/chat/completions', false],
    ['extensions/completions', false],
  ])('of Azure at deployments/d/%s is rewritten: %s', (path, isRewritten) => {
    const config = azure(`https://r.openai.azure.com/openai/deployments/d/${path}`);
    expect(sent(config, '{ "a": 1 }')).toBe(isRewritten ? '{"a":1,"stream":false}' : '{ "a": 1 }');
  });

  it.each(['no JSON', '[1]', '"text"', '5', 'null', ''])('that is %j stays as it is', (body) => {
    for (const config of [openAi(), azure(), other]) expect(sent(config, body)).toBe(body);
  });

  it('names no choice among tools or functions of OpenAI where there are none', () => {
    const choices = { tool_choice: 'auto', parallel_tool_calls: true, function_call: 'auto' };
    const keys = (config: Config, body: object) => Object.keys(JSON.parse(sent(config, body)));
    expect(keys(openAi(), choices)).toEqual(['stream', 'model']);
    expect(keys(openAi(), { ...choices, tools: [], functions: [] })).toEqual([
      'tools',
      'functions',
      'stream',
      'model',
    ]);
    expect(keys(openAi(), { ...choices, tools: [{}] })).toEqual([
      'tool_choice',
      'parallel_tool_calls',
      'tools',
      'stream',
      'model',
    ]);
    expect(keys(openAi(), { ...choices, functions: [{}] })).toEqual([
      'function_call',
      'functions',
      'stream',
      'model',
    ]);
    expect(keys(other, choices)).toEqual([...Object.keys(choices), 'stream']);
  });
});
