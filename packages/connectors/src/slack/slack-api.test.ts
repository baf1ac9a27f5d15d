import { createRenderer, prepareVariables, ValidationError } from '@patchbay/kit';
import { hostileText, type StandIn, standIn, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slackApi } from './slack-api.ts';
import { TOKEN, webApi } from './testing/web-api.ts';

const run = (
  vendor: Pick<StandIn, 'url'>,
  subAction: string,
  subActionParams: unknown,
  { allowedChannels, token = TOKEN, now }: { allowedChannels?: unknown; token?: string; now?: Date } = {},
) =>
  testAction(slackApi, {
    config: { ...(allowedChannels !== undefined && { allowedChannels }) },
    secrets: { token },
    params: { subAction, subActionParams },
    origins: { 'https://slack.com': vendor.url },
    ...(now && { now }),
  });

const ofRun = async (
  ...[subAction, subActionParams, facts]: Parameters<typeof run> extends [unknown, ...infer Rest]
    ? Rest
    : never
) => {
  await using vendor = await webApi();
  const { result, ...rest } = await run(vendor, subAction, subActionParams, facts);
  return { result, ...rest, received: vendor.received };
};

const failed = (rest: object) => ({ actionId: '.slack_api', status: 'error', errorSource: 'user', ...rest });

describe('.slack_api', () => {
  it('posts text to a channel, as a JSON body with the token in a header', async () => {
    const { result, received, requestBodyBytes, logged } = await ofRun('postMessage', {
      channelNames: ['#ops'],
      text: 'hi',
    });
    expect(result).toEqual({
      actionId: '.slack_api',
      status: 'ok',
      data: {
        ok: true,
        channel: 'C012',
        ts: '1503435956.000247',
        message: { type: 'message', text: 'hi' },
      },
    });
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/api/chat.postMessage',
        headers: { host: 'slack.com', authorization: `Bearer ${TOKEN}` },
        body: '{"channel":"#ops","text":"hi"}',
      },
    ]);
    const { rawHeaders = [] } = received[0] ?? {};
    expect(rawHeaders[rawHeaders.indexOf('Content-type') + 1]).toBe('application/json; charset=UTF-8');
    expect(requestBodyBytes).toBe(30);
    expect(logged).toEqual([]);
  });

  it('posts the blocks of a Block Kit body, and nothing else of it', async () => {
    const text = '{"text":"dropped","blocks":[{"type":"divider"}]}';
    const { result, received } = await ofRun('postBlockkit', { channelIds: ['C012'], text });
    expect(result.status).toBe('ok');
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/api/chat.postMessage',
        body: '{"channel":"C012","blocks":[{"type":"divider"}]}',
      },
    ]);
  });

  it('looks for a channel by its id', async () => {
    const { result, received } = await ofRun('validChannelId', { channelId: 'C012' });
    expect(result).toMatchObject({
      status: 'ok',
      data: { ok: true, channel: { id: 'C012', name: 'ops', is_channel: true, is_archived: false } },
    });
    expect(received).toMatchObject([
      {
        method: 'GET',
        url: '/api/conversations.info?channel=C012',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json; charset=UTF-8' },
        body: '',
      },
    ]);
  });

  describe('the channel', () => {
    it.each([
      [
        'of names, ids and channels is the name',
        { channelNames: ['#ops'], channelIds: ['C012'], channels: ['c'] },
        '#ops',
      ],
      ['of ids and channels is the id', { channelIds: ['C012'], channels: ['ops'] }, 'C012'],
      ['may be given the old way, as id or name', { channels: ['ops'] }, 'ops'],
      ['is sought past lists that are empty', { channelIds: [], channels: ['ops'] }, 'ops'],
    ])('%s', async (_what, channels, expected) => {
      const { result, received } = await ofRun('postMessage', { ...channels, text: 'hi' });
      expect(result.status).toBe('ok');
      expect(JSON.parse(received[0]?.body ?? '').channel).toBe(expected);
    });

    const ALLOWED = [
      { name: 'ops', id: 'C012' },
      { name: '#other', id: 'C099' },
    ];
    const NO_IDS = [{ name: 'other' }];

    it.each([
      [{ channelNames: ['#ops'] }, ALLOWED],
      [{ channelNames: ['#ops'] }, [{ name: '#ops' }]],
      [{ channelIds: ['C012'] }, ALLOWED],
      [{ channelIds: ['C012'] }, NO_IDS],
      [{ channels: ['C012'] }, [{ name: 'other', id: 'C099' }]],
      [{ channelNames: ['#ops'] }, []],
    ])('%j may be posted to where %j are allowed', async (channels, allowedChannels) => {
      for (const [subAction, text] of [
        ['postMessage', 'hi'],
        ['postBlockkit', '{"blocks":[{"type":"divider"}]}'],
      ] as const) {
        const { result, received } = await ofRun(subAction, { ...channels, text }, { allowedChannels });
        expect(result).toMatchObject({ status: 'ok', data: { ok: true, channel: 'C012' } });
        expect(received).toHaveLength(1);
      }
    });

    it.each([
      [{ channelNames: ['#random'] }, ALLOWED],
      [{ channelNames: ['##ops'] }, ALLOWED],
      [{ channelNames: ['#ops'], channelIds: ['C012'] }, NO_IDS],
      [{ channelIds: ['C034'] }, ALLOWED],
    ])('%j may not where %j are', async (channels, allowedChannels) => {
      for (const [subAction, text] of [
        ['postMessage', 'hi'],
        ['postBlockkit', '{"blocks":[]}'],
      ] as const) {
        const { result, received } = await ofRun(subAction, { ...channels, text }, { allowedChannels });
        expect(result).toEqual(
          failed({
            message: 'error posting slack message',
            serviceMessage: 'One or more provided channels are not included in the allowed channels list',
          }),
        );
        expect(received).toEqual([]);
      }
    });

    it.each([{}, { channelIds: [] }, { channelIds: [], channels: [] }])(
      'must be given: %j',
      async (channels) => {
        const { result, received } = await ofRun('postMessage', { ...channels, text: 'hi' });
        expect(result).toEqual(
          failed({
            message: 'error posting slack message',
            serviceMessage: 'One of channels, channelIds, or channelNames is required and cannot be empty',
          }),
        );
        expect(received).toEqual([]);
      },
    );

    it('is refused in the reference’s words where the names are an empty list', async () => {
      const { result, received } = await ofRun('postMessage', {
        channelNames: [],
        channelIds: ['C012'],
        text: 'hi',
      });
      expect(result).toEqual({
        actionId: '.slack_api',
        status: 'error',
        message: 'an error occurred while running the action',
        serviceMessage:
          '[Action][ExternalService] -> [Slack API] Unsupported channel name. Must start with #',
        retry: true,
        errorSource: 'framework',
      });
      expect(received).toEqual([]);
    });

    it.each([{}, { channelId: '' }])('to look for must be given: %j', async (params) => {
      const { result, received } = await ofRun('validChannelId', params);
      expect(result).toEqual(
        failed({ message: 'error posting slack message', serviceMessage: 'The channel id is empty' }),
      );
      expect(received).toEqual([]);
    });
  });

  describe('what Slack refuses', () => {
    it.each([
      ['a channel that is not there', 'postMessage', { channelIds: ['C0'], text: 'hi' }, 'channel_not_found'],
      [
        'a channel that the bot is not in',
        'postMessage',
        { channelIds: ['C034'], text: 'hi' },
        'not_in_channel',
      ],
      ['an archived channel', 'postMessage', { channelIds: ['C056'], text: 'hi' }, 'is_archived'],
      [
        'blocks that are none',
        'postBlockkit',
        { channelIds: ['C012'], text: '{"blocks":"x"}' },
        'invalid_blocks',
      ],
      ['nothing to say', 'postBlockkit', { channelIds: ['C012'], text: '{"blocks":[]}' }, 'no_text'],
      ['an id that is none', 'validChannelId', { channelId: 'C0' }, 'channel_not_found'],
    ])('is an error that is not retried: %s', async (_what, subAction, params, serviceMessage) => {
      const { result } = await ofRun(subAction, params);
      expect(result).toEqual(failed({ message: 'error posting slack message', serviceMessage }));
    });

    it('is an error that is not retried: a token that is none', async () => {
      const { result } = await ofRun('validChannelId', { channelId: 'C012' }, { token: 'xoxb-other' });
      expect(result).toEqual(
        failed({ message: 'error posting slack message', serviceMessage: 'invalid_auth' }),
      );
    });
  });

  describe('an answer', () => {
    const answered = async (answer: Parameters<typeof standIn>[0], now?: Date) => {
      await using vendor = await standIn(answer);
      const params = { channels: ['C012'], text: 'hi' };
      const { result } = await run(vendor, 'postMessage', params, { ...(now && { now }) });
      return result;
    };

    it.each([
      ['{"ok":false,"error":{"code":7}}', { serviceMessage: '{"code":7}' }],
      ['{"ok":false,"error":null}', {}],
      ['{"ok":false}', {}],
      ['<html>', {}],
      ['[]', {}],
      ['true', {}],
    ])('%s is an error', async (body, rest) => {
      expect(await answered(() => ({ body }))).toEqual(
        failed({ message: 'error posting slack message', ...rest }),
      );
    });

    it.each(['', 'null', 'false', '0'])('%j is none', async (body) => {
      expect(await answered(() => ({ body }))).toEqual(
        failed({ message: 'unexpected null response from slack' }),
      );
    });

    it('that says the rate limit is reached is tried again at the moment that it names', async () => {
      await using vendor = await webApi({ limit: 1 });
      const params = { channels: ['C012'], text: 'hi' };
      const now = new Date('2026-01-01T00:00:00Z');
      expect((await run(vendor, 'postMessage', params, { now })).result.status).toBe('ok');
      expect((await run(vendor, 'postMessage', params, { now })).result).toEqual(
        failed({
          message: 'error posting a slack message, retry at 2026-01-01T00:00:30.000Z',
          serviceMessage: 'Request failed with status code 429',
          retry: new Date('2026-01-01T00:00:30Z'),
        }),
      );
    });

    it.each([
      { status: 429 },
      { status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } },
      { status: 500, body: '{"ok":true}' },
      { status: 503, headers: { 'retry-after': '30' } },
    ])('%j is worth another try', async (answer) => {
      expect(await answered(() => answer)).toEqual(
        failed({ message: 'error posting a slack message, retry later', retry: true }),
      );
    });

    it.each([
      [{ status: 400, body: '{"ok":true}' }, '400 Bad Request'],
      [{ status: 401 }, '401 Unauthorized'],
      [{ status: 404 }, '404 Not Found'],
      [{ status: 302, headers: { location: 'https://slack.com/elsewhere' } }, '302 Found'],
    ])('%j is unexpected', async (answer, shown) => {
      expect(await answered(() => answer)).toEqual(
        failed({ message: `unexpected http response from slack: ${shown}` }),
      );
    });

    it('that does not come is an error that is not retried', async () => {
      const vendor = await webApi();
      await vendor.close();
      const { result } = await run(vendor, 'postMessage', { channels: ['C012'], text: 'hi' });
      expect(result).toEqual(
        failed({
          message: 'error posting slack message',
          serviceMessage: expect.stringMatching(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/),
        }),
      );
    });
  });

  describe('params', () => {
    const post = (rest: object) => ({ subAction: 'postMessage', subActionParams: { text: 'x', ...rest } });
    const blocks = (text: unknown, rest: object = {}) => ({
      subAction: 'postBlockkit',
      subActionParams: { text, ...rest },
    });

    it.each([
      [{}, '✖ Invalid input\n  → at subAction'],
      [{ subAction: 'getMessage', subActionParams: {} }, '✖ Invalid input\n  → at subAction'],
      [{ subAction: 'getChannels', subActionParams: {} }, '✖ Invalid input\n  → at subAction'],
      [{ subAction: 'getAllowedChannels', subActionParams: {} }, '✖ Invalid input\n  → at subAction'],
      [
        { subAction: 'postMessage' },
        '✖ Invalid input: expected object, received undefined\n  → at subActionParams',
      ],
      [
        post({ text: undefined }),
        '✖ Invalid input: expected string, received undefined\n  → at subActionParams.text',
      ],
      [
        post({ text: '' }),
        '✖ Too small: expected string to have >=1 characters\n  → at subActionParams.text',
      ],
      [post({ more: 1 }), '✖ Unrecognized key: "more"\n  → at subActionParams'],
      [
        post({ channelNames: ['general'] }),
        '✖ Channel name must start with #\n  → at subActionParams.channelNames[0]',
      ],
      [
        post({ channelNames: [''] }),
        '✖ Too small: expected string to have >=2 characters\n  → at subActionParams.channelNames[0]\n' +
          '✖ Channel name cannot be empty\n  → at subActionParams.channelNames[0]',
      ],
      [
        post({ channelNames: ['#'] }),
        '✖ Too small: expected string to have >=2 characters\n  → at subActionParams.channelNames[0]',
      ],
      [
        post({ channelNames: [`#${'x'.repeat(200)}`] }),
        '✖ Too big: expected string to have <=200 characters\n  → at subActionParams.channelNames[0]',
      ],
      ...['channelNames', 'channelIds', 'channels'].map((list): [unknown, string] => [
        post({ [list]: ['#one', '#two'] }),
        `✖ Too big: expected array to have <=1 items\n  → at subActionParams.${list}`,
      ]),
      [
        blocks('abc'),
        `✖ block kit body is not valid JSON - Unexpected token 'a', "abc" is not valid JSON\n  → at subActionParams.text`,
      ],
      [
        blocks(''),
        '✖ block kit body is not valid JSON - Unexpected end of JSON input\n  → at subActionParams.text',
      ],
      [blocks('{"foo":"bar"}'), '✖ block kit body must contain field "blocks"\n  → at subActionParams.text'],
      [blocks('null'), '✖ block kit body must contain field "blocks"\n  → at subActionParams.text'],
      [
        blocks('{"blocks":[]}', { channelNames: [''] }),
        '✖ Channel name cannot be empty\n  → at subActionParams.channelNames[0]',
      ],
      [
        blocks('{"blocks":[]}', { channelNames: ['general'] }),
        '✖ Channel name must start with #\n  → at subActionParams.channelNames[0]',
      ],
      [
        { subAction: 'validChannelId', subActionParams: { channelId: 1 } },
        '✖ Invalid input: expected string, received number\n  → at subActionParams.channelId',
      ],
    ])('%j are refused', async (params, reason) => {
      await using vendor = await webApi();
      const origins = { 'https://slack.com': vendor.url };
      await expect(testAction(slackApi, { secrets: { token: TOKEN }, params, origins })).rejects.toThrow(
        new ValidationError(`error validating action params: ${reason}`),
      );
      expect(vendor.received).toEqual([]);
    });

    it.each([
      post({ channelNames: ['#general'] }),
      post({ channelNames: ['#channel-123'] }),
      post({ channelNames: [`#${'x'.repeat(199)}`] }),
      post({ channels: ['general'] }),
      post({ channelIds: ['LKJHGF345'] }),
      blocks('{"blocks":[]}', { channelNames: [`#${'x'.repeat(300)}`] }),
    ])('%j are taken', (params) => {
      expect(slackApi.params.parse(params)).toEqual(params);
    });
  });

  const params = { subAction: 'postMessage', subActionParams: { channels: ['C012'], text: 'hi' } };

  it.each([
    [{ message: 'x' }, '✖ Unrecognized key: "message"'],
    [
      { allowedChannels: [{ name: 'ops', id: 'C1', more: 1 }] },
      '✖ Unrecognized key: "more"\n  → at allowedChannels[0]',
    ],
    [
      { allowedChannels: [{ id: 'C1' }] },
      '✖ Invalid input: expected string, received undefined\n  → at allowedChannels[0].name',
    ],
    [
      { allowedChannels: [{ name: '', id: '' }] },
      '✖ Too small: expected string to have >=1 characters\n  → at allowedChannels[0].id\n' +
        '✖ Too small: expected string to have >=1 characters\n  → at allowedChannels[0].name',
    ],
    [
      { allowedChannels: Array.from({ length: 501 }, () => ({ name: 'x' })) },
      '✖ Too big: expected array to have <=500 items\n  → at allowedChannels',
    ],
  ])('refuses a config that is not as it should be (%#)', async (config, reason) => {
    await expect(testAction(slackApi, { config, secrets: { token: TOKEN }, params })).rejects.toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at token'],
    [{ token: '' }, '✖ Too small: expected string to have >=1 characters\n  → at token'],
    [{ token: 'x', more: 1 }, '✖ Unrecognized key: "more"'],
  ])('refuses the secrets %j', async (secrets, reason) => {
    await expect(testAction(slackApi, { secrets, params })).rejects.toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });

  it('refuses to be where slack.com is no allowed host', async () => {
    const refused = testAction(slackApi, {
      secrets: { token: TOKEN },
      params,
      allowedHosts: ['hooks.slack.com'],
    });
    await expect(refused).rejects.toThrow(
      new ValidationError(
        'error validating connector type secrets: error configuring slack action: target url "https://slack.com/api/" is not added to the Kibana config xpack.actions.allowedHosts',
      ),
    );
  });

  describe('a template', () => {
    const render = (params: Record<string, unknown>, variables: Record<string, unknown>) =>
      slackApi.renderParams(params, createRenderer(prepareVariables(variables)));

    it('is escaped as Slack wants it in text, as JSON in Block Kit, and is none anywhere else', () => {
      const channels = { channelNames: ['{{x}}'], channelIds: ['{{x}}'], channels: ['{{x}}'] };
      expect(
        render({ subAction: 'postMessage', subActionParams: { ...channels, text: '{{x}}' } }, { x: '*foo*' }),
      ).toEqual({ subAction: 'postMessage', subActionParams: { ...channels, text: '`*foo*`' } });
      expect(
        render(
          { subAction: 'postBlockkit', subActionParams: { ...channels, text: '{"blocks":"{{x}}"}' } },
          { x: '"Dwight"' },
        ),
      ).toEqual({
        subAction: 'postBlockkit',
        subActionParams: { ...channels, text: '{"blocks":"\\"Dwight\\""}' },
      });
      const other = { subAction: 'validChannelId', subActionParams: { channelId: '{{x}}', text: '{{x}}' } };
      expect(render(other, { x: '*foo*' })).toEqual(other);
    });

    it('brings whatever its variable holds into Block Kit as text', async () => {
      await using vendor = await webApi();
      await fc.assert(
        fc.asyncProperty(hostileText({ maxLength: 10_000 }), async (rogue) => {
          const template =
            '{"blocks":[{"type":"header","text":{"type":"plain_text","text":"a {{rogue}} b"}}]}';
          const params = {
            subAction: 'postBlockkit',
            subActionParams: { channels: ['C012'], text: template },
          };
          const { subActionParams } = render(params, { rogue });
          await run(vendor, 'postBlockkit', subActionParams);
          const { blocks } = JSON.parse(vendor.received.at(-1)?.body ?? '');
          expect(blocks).toEqual([{ type: 'header', text: { type: 'plain_text', text: `a ${rogue} b` } }]);
        }),
        { numRuns: 50 },
      );
    });
  });

  it('brings whatever params hold to Slack as it is', async () => {
    await using vendor = await webApi();
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 1000 }), async (rogue) => {
        await run(vendor, 'postMessage', { channels: [rogue], text: rogue });
        expect(JSON.parse(vendor.received.at(-1)?.body ?? '')).toEqual({ channel: rogue, text: rogue });
        await run(vendor, 'validChannelId', { channelId: rogue });
        const url = new URL(vendor.received.at(-1)?.url ?? '', 'https://slack.com');
        expect(url.pathname).toBe('/api/conversations.info');
        expect([...url.searchParams]).toEqual([['channel', rogue.toWellFormed()]]);
      }),
      { numRuns: 30 },
    );
  });
});
