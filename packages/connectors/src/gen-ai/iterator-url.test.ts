import { expect, it } from 'vitest';
import { iteratorUrl } from './iterator-url.ts';
import type { Config } from './schema.ts';

const other = (apiUrl: string): Config => ({
  apiProvider: 'Other',
  apiUrl,
  defaultModel: 'm',
  verificationMode: 'full',
});

it.each([
  ['https://api.openai.com/v1/chat/completions', 'https://api.openai.com/v1/chat/completions'],
  ['http://gpu:1234/v1/chat/completions/', 'http://gpu:1234/v1/chat/completions'],
  ['http://gpu:1234/v1/', 'http://gpu:1234/v1/chat/completions'],
  ['http://gpu:1234', 'http://gpu:1234/chat/completions'],
])('a chat of %s goes to %s', (apiUrl, expected) => {
  expect(iteratorUrl(other(apiUrl))).toBe(expected);
  expect(iteratorUrl({ apiProvider: 'OpenAI', apiUrl, defaultModel: 'm' })).toBe(expected);
});

it.each([
  ['https://r.example/openai/deployments/d/chat/completions?api-version=1&x=y', '?api-version=1'],
  ['https://r.example/openai/deployments/d/chat/completions', ''],
])('a chat of Azure goes to its deployment with the version of the API: %s', (apiUrl, query) => {
  const url = `https://r.example/openai/deployments/d/chat/completions${query}`;
  expect(iteratorUrl({ apiProvider: 'Azure OpenAI', apiUrl })).toBe(url);
});
