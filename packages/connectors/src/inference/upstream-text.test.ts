import { expect, it } from 'vitest';
import { upstreamText } from './upstream-text.ts';

it.each([
  ['Authorization: Bearer abc.DEF-1', 'Authorization: [redacted]'],
  ['sent Bearer abc.DEF-1==.', 'sent Bearer [redacted]'],
  ['Incorrect API key: sk-proj-abc_1', 'Incorrect API key: [redacted]'],
  ['{"api_key":"a b","x-api-key": "c"}', '{"api_key":"[redacted]","x-api-key": "[redacted]"}'],
  ['{\\"client_secret\\":\\"a\\"}', '{\\"client_secret\\":\\"[redacted]\\"}'],
  ['password=hunter2&user=x', 'password=[redacted]&user=x'],
  ['access_token = abc', 'access_token = [redacted]'],
  ['"max_tokens":5,"total_tokens":7', '"max_tokens":5,"total_tokens":7'],
  ['x'.repeat(1000), 'x'.repeat(1000)],
  ['x'.repeat(1001), `${'x'.repeat(985)}... [truncated]`],
])('of %s tells %s', (text, told) => {
  expect(upstreamText(text)).toBe(told);
});
