import type { Elasticsearch } from '@patchbay/kit';

/** Below Kibana's own, which counts where there is one. */
const PRIORITY = 40;

const keyword = { type: 'keyword', ignore_above: 1024 };
const text = { type: 'text' };
const date = { type: 'date' };
const long = { type: 'long' };
const object = (properties: object) => ({ properties });

/** The fields of the documents, as Kibana's event log has them. */
const MAPPINGS = {
  dynamic: false,
  properties: {
    '@timestamp': date,
    message: text,
    ecs: object({ version: keyword }),
    error: object({ message: text }),
    user: object({ name: keyword, id: keyword }),
    event: object({
      provider: keyword,
      action: keyword,
      kind: keyword,
      outcome: keyword,
      start: date,
      end: date,
      duration: long,
    }),
    kibana: object({
      server_uuid: keyword,
      version: keyword,
      space_ids: keyword,
      saved_objects: {
        type: 'nested',
        properties: {
          rel: keyword,
          type: keyword,
          id: keyword,
          type_id: keyword,
          namespace: keyword,
          space_agnostic: { type: 'boolean' },
        },
      },
      user_api_key: object({ id: keyword, name: keyword }),
      task: object({ scheduled: date, schedule_delay: long }),
      alert: object({
        rule: object({ consumer: keyword, rule_type_id: keyword, execution: object({ uuid: keyword }) }),
      }),
      action: object({
        id: keyword,
        type_id: keyword,
        name: keyword,
        execution: object({
          uuid: keyword,
          source: keyword,
          usage: object({ request_body_bytes: long }),
          gen_ai: object({
            usage: object({ prompt_tokens: long, completion_tokens: long, total_tokens: long }),
          }),
        }),
      }),
      patchbay: object({ delivery: object({ id: keyword, attempt: long }) }),
    }),
  },
};

/** Sees to a template for a data stream that is not there yet. One that is there is left as it is. Throws `ElasticsearchError`. */
export async function ensureTemplate(
  elasticsearch: Pick<Elasticsearch, 'request'>,
  dataStream: string,
  signal: AbortSignal,
): Promise<void> {
  const { status } = await elasticsearch.request({
    method: 'GET',
    path: `/_data_stream/${encodeURIComponent(dataStream)}`,
    ignore: [404],
    signal,
  });
  if (status === 200) return;
  await elasticsearch.request({
    method: 'PUT',
    path: '/_index_template/patchbay-event-log',
    body: {
      index_patterns: [dataStream],
      data_stream: {},
      priority: PRIORITY,
      _meta: { description: 'The event log of Patchbay.' },
      template: {
        settings: { number_of_shards: 1, auto_expand_replicas: '0-1', 'index.hidden': true },
        mappings: MAPPINGS,
      },
    },
    signal,
  });
}
