import { createRenderer, prepareVariables, ValidationError } from '@patchbay/kit';
import { hostileText, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slack } from './slack.ts';

/** Answers as Slack does: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
const slackLike = () =>
  standIn(({ method, headers, body }) => {
    if (method !== 'POST' || headers['content-type'] !== 'application/json')
      return { status: 400, body: 'invalid_payload' };
    return JSON.parse(body).text ? { body: 'ok' } : { status: 400, body: 'no_text' };
  });

const run = (url: string, params: unknown = { message: 'disk full on host-1' }, now?: Date) =>
  testAction(slack, {
    secrets: { webhookUrl: `${url}/services/T000/B000/XXXX` },
    params,
    ...(now && { now }),
  });

describe('.slack', () => {
  it('posts the message to the webhook URL', async () => {
    await using vendor = await slackLike();
    const { result, requestBodyBytes } = await run(vendor.url);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { text: 'ok' } });
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: '/services/T000/B000/XXXX',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/plain, */*' },
        body: '{"text":"disk full on host-1"}',
      },
    ]);
    expect(requestBodyBytes).toBe(30);
  });

  it('tries again at the moment that a rate limit names', async () => {
    await using vendor = await standIn(() => ({ status: 429, headers: { 'retry-after': '30' } }));
    const { result } = await run(vendor.url, undefined, new Date('2026-01-01T00:00:00Z'));
    expect(result).toMatchObject({
      status: 'error',
      message: 'error posting a slack message, retry at 2026-01-01T00:00:30.000Z',
      serviceMessage: 'An HTTP protocol error occurred: statusCode = 429',
      retry: new Date('2026-01-01T00:00:30Z'),
      errorSource: 'user',
    });
  });

  it.each([
    [{ status: 429 }, { message: 'error posting a slack message, retry later', retry: true }],
    [
      { status: 429, headers: { 'retry-after': 'soon' } },
      { message: 'error posting a slack message, retry later', retry: true },
    ],
    [{ status: 503 }, { message: 'error posting a slack message, retry later', retry: true }],
    [{ status: 500 }, { message: 'error posting a slack message, retry later', retry: true }],
    [{ status: 400 }, { message: 'unexpected http response from slack: 400 Bad Request' }],
    [{ status: 404 }, { message: 'unexpected http response from slack: 404 Not Found' }],
    [{ status: 410 }, { message: 'unexpected http response from slack: 410 Gone' }],
    [
      { status: 302, headers: { location: '/elsewhere' } },
      { message: 'unexpected http response from slack: 302 Found' },
    ],
    [
      { status: 200, body: 'no_text' },
      { message: 'error posting slack message', serviceMessage: 'no_text' },
    ],
    [{ status: 200 }, { message: 'error posting slack message', serviceMessage: '' }],
    [
      { status: 200, body: 'ok\n' },
      { message: 'error posting slack message', serviceMessage: 'ok\n' },
    ],
  ])('answers %j with %j', async (answer, expected) => {
    await using vendor = await standIn(() => answer);
    const { result } = await run(vendor.url);
    expect(result).toMatchObject({ status: 'error', errorSource: 'user', ...expected });
    expect('retry' in result).toBe('retry' in expected);
    expect(vendor.received).toHaveLength(1);
  });

  it.each([401, 402, 403, 407, 409, 412, 413, 417, 422, 423, 451])(
    'leaves a %i to the framework, marked as the user’s to mend',
    async (status) => {
      await using vendor = await standIn(() => ({ status }));
      const { result } = await run(vendor.url);
      expect(result).toEqual({
        actionId: 'test',
        status: 'error',
        message: 'an error occurred while running the action',
        serviceMessage: `Request failed with status code ${status}`,
        retry: true,
        errorSource: 'user',
      });
    },
  );

  it('says what kept the request from arriving', async () => {
    const vendor = await standIn();
    await vendor.close();
    const { result } = await run(vendor.url);
    expect(result.message).toBe('error posting slack message');
    expect(result.serviceMessage).toMatch(
      /^A request error occurred: connect ECONNREFUSED 127\.0\.0\.1:\d+$/,
    );
    expect(result).not.toHaveProperty('retry');
  });

  it.each([
    [
      {},
      'error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at webhookUrl',
    ],
    [
      { webhookUrl: 'fee-fi-fo-fum' },
      'error validating connector type secrets: error configuring slack action: unable to parse host name from webhookUrl',
    ],
    [
      { webhookUrl: 'https://elsewhere.example/x' },
      'error validating connector type secrets: error configuring slack action: target url "https://elsewhere.example/x" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { webhookUrl: 'https://hooks.slack.com/x', other: 1 },
      'error validating connector type secrets: ✖ Unrecognized key: "other"',
    ],
  ])('refuses the secrets %j', async (secrets, message) => {
    const refused = testAction(slack, {
      secrets,
      params: { message: 'x' },
      allowedHosts: ['hooks.slack.com'],
    });
    await expect(refused).rejects.toThrow(new ValidationError(message));
  });

  it('refuses a config with anything in it', async () => {
    const refused = testAction(slack, {
      config: { channel: '#ops' },
      secrets: { webhookUrl: 'https://hooks.slack.com/x' },
      params: { message: 'x' },
    });
    await expect(refused).rejects.toThrow(
      new ValidationError('error validating connector type config: ✖ Unrecognized key: "channel"'),
    );
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at message'],
    [{ message: 1 }, '✖ Invalid input: expected string, received number\n  → at message'],
    [{ message: '' }, '✖ Too small: expected string to have >=1 characters\n  → at message'],
    [{ message: 'x', text: 'y' }, '✖ Unrecognized key: "text"'],
  ])('refuses the params %j', async (params, reason) => {
    await expect(run('http://127.0.0.1:1', params)).rejects.toThrow(
      new ValidationError(`error validating action params: ${reason}`),
    );
  });

  it('escapes values as Slack wants them and keeps nothing but the message', () => {
    const variables = { bold: '*bold*', tic: 'back`tic', html: '<&>', url: 'https://te_st.com/' };
    const rendered = slack.renderParams(
      { message: '{{bold}} -- {{tic}} -- {{html}} -- {{url}}', other: '{{bold}}' },
      createRenderer(prepareVariables(variables)),
    );
    expect(rendered).toEqual({ message: "`*bold*` -- back'tic -- &lt;&amp;&gt; -- https://te_st.com/" });
  });

  it('posts a value so that Slack shows it, whatever it is, and reads nothing into it', async () => {
    await using vendor = await slackLike();
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        const renderer = createRenderer(prepareVariables({ rogue }));
        await run(vendor.url, slack.renderParams({ message: 'a {{rogue}} b' }, renderer));
        const { text } = JSON.parse(vendor.received.at(-1)?.body ?? '');
        const [, shown] = /^a (.*) b$/s.exec(text) ?? [];
        expect(shownBySlack(shown ?? '') === rogue.replaceAll('`', "'")).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

/** The text that a reader sees: all of it in one code span, or all of it plain. Anything else is markup. */
function shownBySlack(text: string): string | undefined {
  if (/^`[^`]+`$/.test(text)) return text.slice(1, -1);
  if (/[<>`]|&(?!amp;|lt;|gt;)/.test(text)) return undefined;
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
