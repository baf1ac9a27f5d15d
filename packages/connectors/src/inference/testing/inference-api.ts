import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const USER = { username: 'patchbay', password: 'pass-w0rd' };
const AUTHORIZATION = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`;

export interface InferenceApi {
  /** `task/id` of the endpoints that there are. */
  endpoints?: string[];
  /** What a task answers with. */
  answers?: Record<string, unknown>;
  /** The answer to a chat. */
  chat?: StandInAnswer;
}

/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-inference-put */
const PUT_KEYS = ['service', 'service_settings', 'task_settings', 'chunking_settings'];

/** Plays the inference endpoints of Elasticsearch: only for a user that it knows, and each for its own task. */
export async function inferenceApi({ endpoints = [], answers = {}, chat }: InferenceApi = {}) {
  const known = new Set(endpoints);

  function answer({ method, url, headers, body }: ReceivedRequest): StandInAnswer {
    if (headers.authorization !== AUTHORIZATION)
      return refusal(401, 'security_exception', 'unable to authenticate');
    const { pathname, search } = new URL(url, 'http://es');
    if (method === 'GET' && pathname === '/_inference/_all') {
      return json(200, { endpoints: [...known].map((one) => ({ inference_id: one.split('/')[1] })) });
    }
    const [, task = '', encoded = '', stream] =
      /^\/_inference\/([^/]+)\/([^/]+)(\/_stream)?$/.exec(pathname) ?? [];
    const name = `${task}/${decodeURIComponent(encoded)}`;
    const isThere = known.has(name);
    if (method === 'PUT') {
      const extra = Object.keys(JSON.parse(body)).find((key) => !PUT_KEYS.includes(key));
      if (extra !== undefined) return refusal(400, 'x_content_parse_exception', `unknown field [${extra}]`);
      const { service, service_settings: settings } = JSON.parse(body);
      if (settings?.api_key === 'wrong-key') {
        return refusal(400, 'status_exception', `Incorrect API key provided: ${settings.api_key}`);
      }
      if (isThere) return refusal(400, 'resource_already_exists_exception', `${name} exists`);
      known.add(name);
      return json(200, { inference_id: encoded, task_type: task, service });
    }
    if (!isThere)
      return refusal(404, 'resource_not_found_exception', `Inference endpoint not found [${encoded}]`);
    if (method === 'DELETE') return json(200, { acknowledged: known.delete(name) });
    if (method === 'GET') return json(200, { endpoints: [{ inference_id: encoded }] });
    if (headers['content-type'] !== 'application/json')
      return refusal(406, 'media_type_exception', 'no JSON');
    if (stream === undefined) return json(200, answers[task] ?? {});
    if (task !== 'chat_completion' || search !== '?timeout=180s') return refusal(400, 'bad', 'no chat');
    return chat ?? { headers: { 'content-type': 'text/event-stream' }, body: events(...CHUNKS) };
  }

  return Object.assign(await standIn(answer), { known });
}

export const chunk = (delta: object, more: object = {}) => ({
  id: 'chatcmpl-1',
  choices: [{ delta, index: 0 }],
  model: 'rainbow-sprinkles',
  object: 'chat.completion.chunk',
  ...more,
});

export const USAGE = { completion_tokens: 3, prompt_tokens: 7, total_tokens: 10 };
export const USAGE_CHUNK = chunk({}, { choices: [], usage: USAGE });
export const CHUNKS = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Elastic ' }),
  chunk({ content: 'is – 日本' }),
  USAGE_CHUNK,
];

/** As Elasticsearch sends them. */
export function events(...data: unknown[]): string {
  return [...data.map((one) => JSON.stringify(one)), '[DONE]']
    .map((one) => `event: message\ndata: ${one}\n\n`)
    .join('');
}

export const json = (status: number, body: unknown): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const refusal = (status: number, type: string, reason: string) =>
  json(status, { error: { root_cause: [{ type, reason }], type, reason }, status });
