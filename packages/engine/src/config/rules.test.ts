import { describe, expect, it } from 'vitest';
import { loadSettings } from './load.ts';

/** The lines that these settings are refused with. */
function mistakes(overrides: Record<string, unknown>): string[] {
  try {
    loadSettings({ files: [], environment: {}, overrides });
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
}

it('refuses an export of events to an Elasticsearch that is not named', () => {
  const enabled = { 'patchbay.events.elasticsearch.enabled': true };
  expect(mistakes(enabled)).toEqual([
    expect.stringContaining('there is no Elasticsearch: set elasticsearch.hosts'),
  ]);
  expect(mistakes({ ...enabled, 'elasticsearch.hosts': 'http://localhost:9200' })).toEqual([]);
});

describe('what the reference refuses, in its words', () => {
  it.each([
    [
      { 'xpack.actions.email.services.enabled': [] },
      '[email.services.enabled]: array size is [0], but cannot be smaller than [1]',
    ],
    [
      { 'xpack.actions.email.recipient_allowlist': [] },
      '[email.recipient_allowlist]: array size is [0], but cannot be smaller than [1]',
    ],
    [
      { 'xpack.actions.email.recipient_allowlist': null },
      '[email.recipient_allowlist]: expected value of type [array] but got [null]',
    ],
    [
      {
        'xpack.actions.email.domain_allowlist': ['a.example'],
        'xpack.actions.email.recipient_allowlist': ['*@a.example'],
      },
      '[email]: email.domain_allowlist and email.recipient_allowlist can not be used at the same time',
    ],
    [
      { 'xpack.actions.email.maximum_body_length': -1 },
      '[email.maximum_body_length]: Value must be equal to or greater than [0].',
    ],
    [
      { 'xpack.actions.customHostSettings': [{}] },
      '[customHostSettings.0.url]: expected value of type [string] but got [undefined]',
    ],
    [
      { 'xpack.actions.rateLimiter': { slack: { lookbackWindow: '1m', limit: 1 } } },
      'Rate limiter configuration for connector type "slack" is not supported. Supported types: email',
    ],
    [
      { 'xpack.actions.inboundEvents.maxEmitted': 0 },
      '[inboundEvents.maxEmitted]: Value must be equal to or greater than [1].',
    ],
    [
      { 'xpack.actions.inboundEvents.maxEmitted': 251 },
      '[inboundEvents.maxEmitted]: Value must be equal to or lower than [250].',
    ],
    [
      { 'xpack.actions.auth.ears.ssl.certificate': 'x' },
      '[auth.ears.ssl]: must specify [auth.ears.ssl.key] when [auth.ears.ssl.certificate] is specified',
    ],
    [
      { 'xpack.actions.auth.ears.ssl.key': 'x' },
      '[auth.ears.ssl]: must specify [auth.ears.ssl.certificate] when [auth.ears.ssl.key] is specified',
    ],
    [
      { 'xpack.actions.relay.url': 'https://a.example', 'xpack.actions.relay.ssl.certificate': 'x' },
      '[relay.ssl]: must specify [relay.ssl.key]',
    ],
    [{ 'xpack.actions.email.services.ses.host': 'a.example' }, '[email.services.ses.port]: expected value'],
    [
      { 'xpack.actions.run.maxAttempts': 11 },
      '[run.maxAttempts]: Value must be equal to or lower than [10].',
    ],
    [{ 'xpack.actions.queued.max': 0 }, '[queued.max]: Value must be equal to or greater than [1].'],
  ])('%j', (overrides, text) => {
    const lines = mistakes(overrides);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(text);
  });

  it('takes what it takes', () => {
    expect(
      mistakes({
        'xpack.actions.email.domain_allowlist': [],
        'xpack.actions.email.services.ses.host': 'email.example',
        'xpack.actions.email.services.ses.port': 465,
        'xpack.actions.rateLimiter': { email: { lookbackWindow: '1m', limit: 5 } },
        'xpack.actions.proxyUrl': 'not a url',
        'xpack.actions.customHostSettings': [{ url: 'nonsense' }],
      }),
    ).toEqual([]);
  });
});

it.each([
  ['xpack.encryptedSavedObjects.encryptionKey', 'hush-hush'],
  ['xpack.actions.proxyHeaders', 'hush-hush'],
  ['xpack.actions.preconfigured', { my: { secrets: 'hush-hush' } }],
  ['patchbay.connectorSettings', { my: 'hush-hush' }],
  ['server.publicBaseUrl', 'ftp://user:hush-hush@host'],
])('a mistake in %s does not tell what stands there', (key, value) => {
  const lines = mistakes({ [key]: value });
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join()).not.toContain('hush');
});

it('TLS without a certificate is refused', () => {
  expect(mistakes({ 'server.ssl.enabled': true })).toEqual([
    '  server.ssl: must specify [certificate] or [keystore.path] when ssl is enabled',
  ]);
});

describe('roles', () => {
  const warningsOf = (overrides: Record<string, unknown>) =>
    loadSettings({ files: [], environment: {}, overrides }).warnings;

  it('warns on SQLite of what nobody would do', () => {
    expect(warningsOf({ 'patchbay.roles': ['api'] })).toEqual([
      'patchbay.roles leaves out worker, and on SQLite no other process does its work',
    ]);
    const shared = { 'patchbay.store.url': 'postgres://db.example/patchbay', 'patchbay.roles': ['api'] };
    expect(warningsOf(shared)).toEqual([]);
  });
});
