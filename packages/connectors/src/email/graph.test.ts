import {
  memoryTokens,
  type ReceivedRequest,
  type StandInAnswer,
  standIn,
  testAction,
} from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { email } from './email.ts';

const SECRET = 'the client secret';
const exchange = {
  service: 'exchange_server',
  clientId: 'app',
  tenantId: 'contoso',
  from: 'bot@contoso.com',
};
const params = { to: ['a@contoso.com'], subject: 'S', message: 'hi' };
const NO_FOOTER = { hasFooter: false };

interface Mailbox {
  emailAddress?: { address?: unknown };
}

/** Microsoft's two services in one: the token endpoint, and `sendMail` for one mailbox, with the documented rules. */
async function microsoft(overrides: { token?: StandInAnswer; sendMail?: StandInAnswer } = {}) {
  let given = 0;
  const remote = await standIn((request) => {
    if (request.url.endsWith('/oauth2/v2.0/token')) return overrides.token ?? token(request);
    return overrides.sendMail ?? sendMail(request);
  });
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
  function token({ method, url, headers, body }: ReceivedRequest): StandInAnswer {
    const form = new URLSearchParams(body);
    const isRight =
      method === 'POST' &&
      url === '/contoso/oauth2/v2.0/token' &&
      headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true &&
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === 'app' &&
      form.get('scope') === 'https://graph.microsoft.com/.default';
    if (!isRight) return { status: 400, body: '{"error":"invalid_request"}' };
    if (form.get('client_secret') !== SECRET)
      return { status: 401, body: '{"error_description":"AADSTS7000215","error":"invalid_client"}' };
    given++;
    return {
      body: JSON.stringify({ token_type: 'Bearer', expires_in: 3599, access_token: `token-${given}` }),
    };
  }
  // https://learn.microsoft.com/graph/api/user-sendmail
  function sendMail({ method, url, headers, body }: ReceivedRequest): StandInAnswer {
    if (headers.authorization !== `Bearer token-${given}`)
      return { status: 401, body: '{"error":{"code":"InvalidAuthenticationToken"}}' };
    if (method !== 'POST' || url !== '/v1.0/users/bot@contoso.com/sendMail')
      return { status: 404, body: '{"error":{"code":"ErrorInvalidUser"}}' };
    if (headers['content-type'] !== 'application/json') return { status: 415 };
    const { message } = JSON.parse(body);
    const mailboxes: Mailbox[] = [...message.toRecipients, ...message.ccRecipients, ...message.bccRecipients];
    const isValid =
      ['HTML', 'Text'].includes(message.body.contentType) &&
      mailboxes.length > 0 &&
      mailboxes.every(({ emailAddress }) => /^[^<>,;\s]+@[^<>,;\s]+$/.test(String(emailAddress?.address))) &&
      message.attachments.every(
        (file: Record<string, string>) =>
          file['@odata.type'] === '#microsoft.graph.fileAttachment' && file.name && file.contentBytes,
      );
    return isValid ? { status: 202 } : { status: 400, body: '{"error":{"code":"ErrorInvalidRecipients"}}' };
  }
  return remote;
}

type Remote = Awaited<ReturnType<typeof microsoft>>;

function run(
  remote: Remote,
  given: Partial<Parameters<typeof testAction>[1]> & { emailSettings?: object } = {},
) {
  const { emailSettings = NO_FOOTER, ...rest } = given;
  return testAction(email, {
    config: exchange,
    secrets: { clientSecret: SECRET },
    params,
    settings: {
      email: emailSettings,
      microsoft: { exchangeUrl: remote.url, graphApiUrl: `${remote.url}/v1.0` },
    },
    ...rest,
  });
}

const failed = (serviceMessage: string) => ({
  actionId: 'test',
  status: 'error',
  message: 'error sending email',
  serviceMessage,
  errorSource: 'user',
});

describe('.email through Microsoft Graph', () => {
  it('sends as the sender’s mailbox, byte for byte', async () => {
    await using remote = await microsoft();
    const { result, requestBodyBytes } = await run(remote);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: '' });
    const body =
      '{"message":{"subject":"S","body":{"contentType":"HTML","content":"<p>hi</p>\\n"},"toRecipients":[{"emailAddress":{"address":"a@contoso.com"}}],"ccRecipients":[],"bccRecipients":[],"attachments":[]}}';
    const [token, sent] = remote.received;
    expect(sent).toMatchObject({
      method: 'POST',
      url: '/v1.0/users/bot@contoso.com/sendMail',
      headers: { authorization: 'Bearer token-1', 'content-type': 'application/json' },
      body,
    });
    expect(requestBodyBytes).toBe(Buffer.byteLength(`${token?.body}${body}`));
  });

  it('sends copies and attachments, and each of a list by itself, by its bare address', async () => {
    await using remote = await microsoft();
    const { result } = await run(remote, {
      source: 'notification',
      config: { ...exchange, from: 'Bot <bot@contoso.com>' },
      params: {
        ...params,
        to: ['a@contoso.com, "Dr Tom" <tom@contoso.com>'],
        cc: ['c@contoso.com'],
        bcc: ['b@contoso.com'],
        replyTo: ['r@contoso.com'],
        attachments: [{ content: 'aGk=', filename: 'x.txt', contentType: 'text/plain', encoding: 'base64' }],
      },
    });
    expect(result.status).toBe('ok');
    expect(JSON.parse(remote.received[1]?.body ?? '').message).toEqual({
      subject: 'S',
      body: { contentType: 'HTML', content: '<p>hi</p>\n' },
      toRecipients: [
        { emailAddress: { address: 'a@contoso.com' } },
        { emailAddress: { address: 'tom@contoso.com', name: 'Dr Tom' } },
      ],
      ccRecipients: [{ emailAddress: { address: 'c@contoso.com' } }],
      bccRecipients: [{ emailAddress: { address: 'b@contoso.com' } }],
      attachments: [
        {
          '@odata.type': '#microsoft.graph.fileAttachment',
          name: 'x.txt',
          contentType: 'text/plain',
          contentBytes: 'aGk=',
        },
      ],
    });
  });

  it('asks for a token once while it holds, and at the URL that the connector names', async () => {
    await using remote = await microsoft();
    const tokens = memoryTokens();
    const config = {
      ...exchange,
      tenantId: 'unused',
      oauthTokenUrl: `${remote.url}/contoso/oauth2/v2.0/token`,
    };
    for (const time of ['00:00:00', '00:59:58', '01:00:00']) {
      const { result } = await run(remote, { config, tokens, now: new Date(`2026-01-01T${time}Z`) });
      expect(result.status).toBe('ok');
    }
    expect(remote.received.map(({ url }) => url.split('/').at(-1))).toEqual([
      'token',
      'sendMail',
      'sendMail',
      'token',
      'sendMail',
    ]);
  });

  it('takes an empty token URL for none', async () => {
    await using remote = await microsoft();
    const { result } = await run(remote, { config: { ...exchange, oauthTokenUrl: '' } });
    expect(result.status).toBe('ok');
  });

  it.each([
    [403, false],
    [499, false],
    [500, true],
    [200, true],
  ])('after %i, which is no success, still has its token: %s', async (status, isKept) => {
    await using remote = await microsoft({ sendMail: { status, body: '{"error":{"code":"x"},"a":1}' } });
    const tokens = memoryTokens();
    const { result } = await run(remote, { tokens });
    expect(result).toEqual(failed('{"error":{"code":"x"},"a":1}'));
    expect(await tokens.get()).toEqual(isKept ? expect.anything() : undefined);
    expect(remote.received).toHaveLength(2);
  });

  it('does not call Graph where there is no token', async () => {
    await using none = await microsoft({ token: { body: '{}' } });
    expect((await run(none)).result).toEqual(failed('Unable to retrieve access token for connectorId: test'));
    expect(none.received).toHaveLength(1);
    await using strict = await microsoft();
    const wrong = await run(strict, { secrets: { clientSecret: 'wrong' } });
    expect(wrong.result).toEqual(failed('{"error":"invalid_client","error_description":"AADSTS7000215"}'));
    expect(strict.received).toHaveLength(1);
  });

  it('does not let a sender lead to another path', async () => {
    await using remote = await microsoft();
    const { result } = await run(remote, { config: { ...exchange, from: '"a/../../me?x#y"@contoso.com' } });
    expect(result.serviceMessage).toContain('ErrorInvalidUser');
    expect(remote.received[1]?.url).toBe('/v1.0/users/%22a%2F..%2F..%2Fme%3Fx%23y%22@contoso.com/sendMail');
  });
});
