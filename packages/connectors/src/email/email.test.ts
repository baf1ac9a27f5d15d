import { type SettingsOverrides, testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { email } from './email.ts';

const json = { service: '__json', from: 'bob@example.com' };
const secrets = { user: 'u', password: 'p' };
const params = { to: ['kibana-action-test@elastic.co'], subject: 'email-subject', message: 'email-message' };

const run = (given: Partial<Parameters<typeof testAction>[1]> = {}) =>
  testAction(email, { config: json, secrets, params, ...given });

describe('.email', () => {
  it('composes a mail and sends it nowhere, for tests', async () => {
    const { result, requestBodyBytes } = await run({ settings: { publicBaseUrl: 'https://localhost:5601' } });
    expect(result).toEqual({
      actionId: 'test',
      status: 'ok',
      data: {
        envelope: { from: 'bob@example.com', to: ['kibana-action-test@elastic.co'] },
        messageId: expect.stringMatching(/^<[0-9a-f-]{36}@example\.com>$/),
        message: {
          from: { address: 'bob@example.com', name: '' },
          to: [{ address: 'kibana-action-test@elastic.co', name: '' }],
          cc: null,
          bcc: null,
          subject: 'email-subject',
          html: '<p>email-message</p>\n<hr>\n<p>This message was sent by Elastic. <a href="https://localhost:5601">Go to Elastic</a>.</p>\n',
          text: 'email-message\n\n---\n\nThis message was sent by Elastic. [Go to Elastic](https://localhost:5601).',
          headers: {},
          messageId: (result.data as { messageId: string }).messageId,
        },
      },
    });
    // The reference's own figure for this mail.
    expect(requestBodyBytes).toBe(350);
  });

  it('composes copies, answers and attachments too', async () => {
    const { result } = await run({
      source: 'notification',
      params: {
        ...params,
        cc: ['"Dr Tom" <tom@example.com>'],
        bcc: ['hidden@example.com'],
        replyTo: ['answers@example.com'],
        attachments: [{ content: 'aGk=', encoding: 'base64', filename: 'x.txt' }],
      },
    });
    expect(result.data).toMatchObject({
      envelope: { to: ['kibana-action-test@elastic.co', 'tom@example.com', 'hidden@example.com'] },
      message: {
        cc: [{ address: 'tom@example.com', name: 'Dr Tom' }],
        bcc: [{ address: 'hidden@example.com', name: '' }],
        replyTo: [{ address: 'answers@example.com', name: '' }],
        attachments: [{ content: 'aGk=', encoding: 'base64', filename: 'x.txt' }],
      },
    });
  });

  it.each<[object, string, SettingsOverrides?]>([
    [{ to: ['{{sneaky}}'] }, '[to/cc/bcc]: not valid emails: {{sneaky}}'],
    [
      { to: ['{{x}}@out.example'], cc: ['{{y}}'] },
      '[to/cc/bcc]: not valid emails: {{y}}; not allowed emails: {{x}}@out.example',
      { email: { domainAllowlist: ['elastic.co', 'example.com'] } },
    ],
    [
      { messageHTML: '<b>x</b>' },
      'HTML email can only be sent when the connector is configured to allow HTML',
    ],
    [{ messageHTML: '' }, 'HTML email can only be sent when the connector is configured to allow HTML'],
    [
      { attachments: [{ content: 'x', filename: 'f' }] },
      'Email attachments can only be sent via notifications',
    ],
    [{ attachments: [] }, 'Email attachments can only be sent via notifications'],
  ])('with %j is refused: %s', async (more, message, settings = {}) => {
    for (const source of ['http_request', 'saved_object', 'background_task'] as const) {
      const { result } = await run({ params: { ...params, ...more }, settings, source });
      expect(result).toEqual({ actionId: 'test', status: 'error', message, errorSource: 'user' });
    }
  });

  it.each([
    [{ allowHtml: true }, 'http_request', true],
    [{ allowHtml: false }, 'http_request', false],
    [{}, 'notification', true],
  ] as const)('with the config %j and a %s sends HTML: %s', async (more, source, isSent) => {
    const { result } = await run({
      config: { ...json, ...more },
      params: { ...params, messageHTML: '<b>x</b>' },
      source,
    });
    expect(result.status).toBe(isSent ? 'ok' : 'error');
    if (isSent) expect(result.data).toMatchObject({ message: { html: '<b>x</b>' } });
  });

  it('tells in the log of what it cut', async () => {
    const { result, logged } = await run({
      params: { ...params, message: 'x'.repeat(20_000) },
      settings: { email: { maximumBodyLength: 10_000 } },
    });
    expect(logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('has been trimmed') }]);
    const { text, html } = (result.data as { message: Record<string, string> }).message;
    for (const body of [text, html]) {
      expect(body?.replace('<p>', '')).toMatch(/^Your message.s length of 20000 exceeded/);
      expect(body?.length).toBeLessThan(20_000);
    }
  });
});
