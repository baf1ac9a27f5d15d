import { expect, it } from 'vitest';
import { loadSettings, type SettingKey, settings as schemas } from '../config/index.ts';
import { processRedactor } from './process-redactor.ts';

const load = (overrides: object) => loadSettings({ files: [], environment: {}, overrides }).settings;

/** By their names; the rest of what matches are no secrets, or those of one connector. */
const NAMED_SECRET =
  /password|passphrase|token|headers$|encryptionkey|decryptiononlykeys|apikey|proxyurl|store\.url/i;
const URLS: Record<string, (secret: string) => string> = {
  'xpack.actions.proxyUrl': (secret) => `http://x:${secret}@proxy.example`,
  'patchbay.store.url': (secret) => `postgres://x:${secret}@db.example/patchbay`,
};
const NONE: readonly string[] = [];

it('knows every setting that is named like a secret', () => {
  const keys = (Object.keys(schemas) as SettingKey[]).filter((key) => NAMED_SECRET.test(key));
  expect(keys.length).toBeGreaterThan(10);
  for (const key of keys.filter((one) => !NONE.includes(one))) {
    const secret = `planted-in-${key.replaceAll('.', '-')}-of-32-characters`;
    const value = [secret, [secret], { 'X-Any': secret }].find((one) => schemas[key].safeParse(one).success);
    const given = URLS[key]?.(secret) ?? value;
    expect(processRedactor({ ...load({}), [key]: given })(`got ${secret}!`), key).toBe('got [redacted]!');
  }
});

it.each([
  [{ 'elasticsearch.username': 'ann', 'elasticsearch.password': 'open' }, 'YW5uOm9wZW4=', '[redacted]'],
  [
    { 'elasticsearch.username': 'writer', 'elasticsearch.password': 'sesame' },
    'writer sesame',
    'writer [redacted]',
  ],
  [{ 'elasticsearch.apiKey': 'aWQ6b3Blbi1zZXNhbWU=' }, 'id:open-sesame open-sesame', '[redacted] [redacted]'],
  [
    { 'xpack.actions.proxyHeaders': { 'Proxy-Authorization': 'Basic YTpzZXNhbWU=' } },
    'YTpzZXNhbWU= sesame',
    '[redacted] [redacted]',
  ],
  [{}, 'nothing is secret', 'nothing is secret'],
])('with %j shows %j as %j', (overrides, text, shown) => {
  expect(processRedactor(load(overrides))(text)).toBe(shown);
});
