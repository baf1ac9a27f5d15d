import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const TOKEN = 'xoxb-0123-the-bot-token';

/** https://docs.slack.dev/reference/methods/chat.postMessage: longer text is cut, more blocks are refused. */
const MAX_BLOCKS = 50;

const CHANNELS = [
  { id: 'C012', name: 'ops', is_channel: true, is_archived: false, is_private: false, is_member: true },
  { id: 'C034', name: 'random', is_channel: true, is_archived: false, is_private: false, is_member: false },
  { id: 'C056', name: 'old', is_channel: true, is_archived: true, is_private: false, is_member: true },
];

const json = (body: unknown): StandInAnswer => ({
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});
const refused = (error: string) => json({ ok: false, error });

/**
 * Plays the Web API with a workspace of three channels: the bot is in #ops and in the archived #old, not in #random. `limit`:
 * calls that it takes before it answers 429.
 */
export function webApi({ limit = Number.POSITIVE_INFINITY, retryAfter = '30' } = {}) {
  let taken = 0;
  return standIn((request) => {
    if (++taken > limit) return { status: 429, headers: { 'retry-after': retryAfter } };
    const { authorization } = request.headers;
    if (authorization === undefined) return refused('not_authed');
    if (authorization !== `Bearer ${TOKEN}`) return refused('invalid_auth');
    const { pathname, searchParams } = new URL(request.url, 'https://slack.com');
    if (pathname === '/api/chat.postMessage') return postMessage(request);
    if (pathname === '/api/conversations.info') return conversationsInfo(searchParams);
    return refused('unknown_method');
  });
}

function postMessage({ method, headers, body }: ReceivedRequest): StandInAnswer {
  if (method !== 'POST') return refused('invalid_post_type');
  if (headers['content-type']?.toLowerCase() !== 'application/json; charset=utf-8') {
    return refused('invalid_arguments');
  }
  const { channel, text, blocks } = JSON.parse(body);
  const found = CHANNELS.find(({ id, name }) => channel === id || channel === `#${name}` || channel === name);
  if (found === undefined) return refused('channel_not_found');
  if (found.is_archived) return refused('is_archived');
  if (!found.is_member) return refused('not_in_channel');
  if (blocks !== undefined && (!Array.isArray(blocks) || blocks.length > MAX_BLOCKS)) {
    return refused('invalid_blocks');
  }
  if (!text && !blocks?.length) return refused('no_text');
  return json({
    ok: true,
    channel: found.id,
    ts: '1503435956.000247',
    message: { type: 'message', text: text ?? '', blocks },
  });
}

function conversationsInfo(query: URLSearchParams): StandInAnswer {
  const found = CHANNELS.find(({ id }) => id === query.get('channel'));
  return found === undefined ? refused('channel_not_found') : json({ ok: true, channel: found });
}
