import { ValidationError } from '@patchbay/kit';
import { hostileText, type StandInAnswer, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { teams } from './teams.ts';

/** An incoming webhook: takes a card as JSON with a text. */
const teamsLike = () =>
  standIn(({ method, headers, body }) => {
    if (method !== 'POST' || headers['content-type'] !== 'application/json') return { status: 400 };
    return JSON.parse(body).text ? { body: '1' } : { status: 400, body: 'Summary or Text is required.' };
  });

const now = new Date('2026-01-01T00:00:00Z');

const run = (url: string, message = 'disk full on host-1') =>
  testAction(teams, { secrets: { webhookUrl: `${url}/webhookb2/1` }, params: { message }, now });

async function answered(answer: StandInAnswer) {
  await using vendor = await standIn(() => answer);
  return await run(vendor.url);
}

describe('.teams', () => {
  it('posts the message, and answers what it sent', async () => {
    await using vendor = await teamsLike();
    const { result, requestBodyBytes, logged } = await run(vendor.url, 'CPU is **high**');
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { text: 'CPU is **high**' } });
    expect(vendor.received).toMatchObject([
      {
        method: 'POST',
        url: '/webhookb2/1',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/plain, */*' },
        body: '{"text":"CPU is **high**"}',
      },
    ]);
    expect(requestBodyBytes).toBe(26);
    expect(logged).toEqual([{ level: 'debug', message: 'response from teams action "test": [HTTP 200] OK' }]);
  });

  it.each([{ status: 200 }, { status: 202 }, { status: 200, body: '<html>' }])(
    'takes %j as success',
    async (answer) => {
      expect((await answered(answer)).result).toMatchObject({ status: 'ok' });
    },
  );

  const throttled = 'Webhook message delivery failed with error: ErrorCode:ApplicationThrottled';
  it.each<[StandInAnswer, object]>([
    [
      { body: throttled, headers: { 'retry-after': '30' } },
      {
        message: 'error posting a Microsoft Teams message, retry at 2026-01-01T00:00:30.000Z',
        serviceMessage: 'disk full on host-1',
        retry: new Date('2026-01-01T00:00:30Z'),
      },
    ],
    [{ body: throttled }, { message: 'error posting a Microsoft Teams message, retry later', retry: true }],
    [
      { body: throttled, headers: { 'retry-after': 'soon' } },
      { message: 'error posting a Microsoft Teams message, retry later', retry: true },
    ],
    [{ status: 502 }, { message: 'error posting a Microsoft Teams message, retry later', retry: true }],
    [
      { status: 429, headers: { 'retry-after': '30' } },
      {
        message: 'error posting to Microsoft Teams, invalid response',
        serviceMessage: '[429] Too Many Requests',
      },
    ],
    [
      { status: 400 },
      { message: 'error posting to Microsoft Teams, invalid response', serviceMessage: '[400] Bad Request' },
    ],
  ])('answers %j with %j', async (answer, expected) => {
    expect((await answered(answer)).result).toEqual({
      actionId: 'test',
      status: 'error',
      errorSource: 'user',
      ...expected,
    });
  });

  it('says little where nobody answers', async () => {
    const vendor = await standIn();
    await vendor.close();
    expect((await run(vendor.url)).result).toEqual({
      actionId: 'test',
      status: 'error',
      message: 'error posting to Microsoft Teams, unexpected error',
      errorSource: 'user',
    });
  });

  it('logs what went wrong', async () => {
    const { logged } = await answered({ status: 404 });
    expect(logged).toEqual([
      { level: 'error', message: 'error on test Microsoft Teams event: [404] Not Found' },
    ]);
  });

  it('sends whatever the message is as data', async () => {
    await using vendor = await teamsLike();
    await fc.assert(
      fc.asyncProperty(hostileText(), async (message) => {
        vendor.received.length = 0;
        await run(vendor.url, message);
        expect(JSON.parse(vendor.received[0]?.body ?? '')).toEqual({ text: message });
      }),
      { numRuns: 30 },
    );
  });
});

describe('.teams refuses', () => {
  const refused = (given: { config?: unknown; secrets?: unknown; params?: unknown }) =>
    testAction(teams, {
      secrets: { webhookUrl: 'https://outlook.office.com/' },
      params: { message: 'a' },
      allowedHosts: ['outlook.office.com'],
      ...given,
    }).then(
      () => undefined,
      (error) => error,
    );

  it.each<[object, string]>([
    [{ config: { a: 1 } }, 'error validating connector type config: ✖ Unrecognized key: "a"'],
    [
      { secrets: {} },
      'error validating connector type secrets: ✖ Invalid input: expected string, received undefined\n  → at webhookUrl',
    ],
    [
      { secrets: { webhookUrl: 1 } },
      'error validating connector type secrets: ✖ Invalid input: expected string, received number\n  → at webhookUrl',
    ],
    [
      { secrets: { webhookUrl: 'fee-fi-fo-fum' } },
      'error validating connector type secrets: error configuring teams action: unable to parse host name from webhookUrl',
    ],
    [
      { secrets: { webhookUrl: 'https://elsewhere.example/x' } },
      'error validating connector type secrets: error configuring teams action: target url "https://elsewhere.example/x" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { params: {} },
      'error validating action params: ✖ Invalid input: expected string, received undefined\n  → at message',
    ],
    [
      { params: { message: 1 } },
      'error validating action params: ✖ Invalid input: expected string, received number\n  → at message',
    ],
    [
      { params: { message: '' } },
      'error validating action params: ✖ Too small: expected string to have >=1 characters\n  → at message',
    ],
    [{ params: { message: 'a', b: 1 } }, 'error validating action params: ✖ Unrecognized key: "b"'],
  ])('%j', async (given, message) => {
    expect(await refused(given)).toEqual(new ValidationError(message));
  });
});
