import {
  ActionError,
  defineConnectorType,
  ensureAllowed,
  HttpStatusError,
  messageOf,
  percentEncode,
  retryAfter,
  type TemplateRenderer,
} from '@patchbay/kit';
import { chooseChannel } from './channel.ts';
import { type Config, config, type Params, params, secrets } from './slack-api-schema.ts';

const BASE_URL = 'https://slack.com/api/';
const POSTING = 'error posting slack message';

/** Slack's Web API. https://docs.slack.dev/apis/web-api/ */
export const slackApi = defineConnectorType({
  id: '.slack_api',
  name: 'Slack API',
  description: 'Posts messages to the channels of a Slack workspace as an app.',
  minimumLicense: 'gold',
  features: ['uptime', 'alerting', 'siem'],
  actionId: '.slack_api',
  config,
  secrets,
  validate: {
    secrets: (_secrets, { allowedHosts }) =>
      ensureAllowed(BASE_URL, allowedHosts, 'error configuring slack action'),
  },
  params,
  example: {
    name: 'Workspace',
    config: { allowedChannels: [{ name: '#ops', id: 'C0123456789' }] },
    secrets: { token: 'xoxb-the-bot-token' },
    params: [
      {
        subAction: 'postMessage',
        subActionParams: { channelNames: ['#ops'], text: 'Disk is *full* on host-1' },
      },
      {
        subAction: 'postBlockkit',
        subActionParams: {
          channelIds: ['C0123456789'],
          text: '{"blocks":[{"type":"header","text":{"type":"plain_text","text":"Disk is full on host-1"}}]}',
        },
      },
      { subAction: 'validChannelId', subActionParams: { channelId: 'C0123456789' } },
    ],
  },
  renderParams,
  async execute({ config, secrets, params, http, now }) {
    const { method, path, json } = toCall(params, config);
    const response = await http
      .request(method, BASE_URL + path, {
        json,
        headers: {
          Authorization: `Bearer ${secrets.token}`,
          'Content-type': 'application/json; charset=UTF-8',
        },
      })
      .catch((error) => Promise.reject(toActionError(error, now())));
    return verdict(response.data());
  },
});

const ESCAPES = { postMessage: 'slack', postBlockkit: 'json' } as const;

/** Only the text: where it goes is never a template. */
function renderParams(given: Record<string, unknown>, render: TemplateRenderer): Record<string, unknown> {
  const { subAction, subActionParams } = given as {
    subAction?: unknown;
    subActionParams?: { text?: string };
  };
  if (subAction !== 'postMessage' && subAction !== 'postBlockkit') return given;
  const text = render.text(subActionParams?.text, ESCAPES[subAction]);
  return { ...given, subActionParams: { ...subActionParams, text } };
}

interface Call {
  method: 'GET' | 'POST';
  path: string;
  json?: unknown;
}

function toCall({ subAction, subActionParams }: Params, config: Config): Call {
  switch (subAction) {
    case 'validChannelId': {
      const { channelId } = subActionParams;
      if (!channelId) throw failure('The channel id is empty');
      return { method: 'GET', path: `conversations.info?channel=${percentEncode(channelId)}` };
    }
    case 'postMessage':
      return post(subActionParams, config, { text: subActionParams.text });
    case 'postBlockkit':
      return post(subActionParams, config, { blocks: JSON.parse(subActionParams.text).blocks });
  }
}

function post(channels: Parameters<typeof chooseChannel>[0], config: Config, content: object): Call {
  // The reference asks whether no name of the list begins with #, which also holds of an empty list.
  if (channels.channelNames?.length === 0) {
    throw new Error('[Action][ExternalService] -> [Slack API] Unsupported channel name. Must start with #');
  }
  return {
    method: 'POST',
    path: 'chat.postMessage',
    json: { channel: channelOf(channels, config), ...content },
  };
}

function channelOf(...choice: Parameters<typeof chooseChannel>): string {
  try {
    return chooseChannel(...choice);
  } catch (cause) {
    throw failure(messageOf(cause), cause);
  }
}

/** What Slack says with status 200, success or not. https://docs.slack.dev/apis/web-api/#responses */
function verdict(answer: unknown): unknown {
  if (!answer) throw new ActionError('unexpected null response from slack');
  const { ok, error } = answer as { ok?: unknown; error?: unknown };
  if (ok) return answer;
  throw failure(
    typeof error === 'string' || error === undefined || error === null ? error : JSON.stringify(error),
  );
}

function failure(reason: string | null | undefined, cause?: unknown): ActionError {
  return new ActionError(POSTING, { serviceMessage: reason ?? undefined, cause });
}

function toActionError(error: unknown, now: Date): ActionError {
  if (!(error instanceof HttpStatusError)) return failure(messageOf(error), error);
  const { status, statusText, headers } = error.response;
  if (status !== 429 && status < 500) {
    return new ActionError(`unexpected http response from slack: ${status} ${statusText}`, { cause: error });
  }
  // https://docs.slack.dev/apis/web-api/rate-limits
  const date = status === 429 ? retryAfter(headers['retry-after'], now) : undefined;
  if (date === undefined) {
    return new ActionError('error posting a slack message, retry later', { retry: true, cause: error });
  }
  return new ActionError(`error posting a slack message, retry at ${date.toISOString()}`, {
    serviceMessage: error.message,
    retry: date,
    cause: error,
  });
}
