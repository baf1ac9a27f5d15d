import { ALERT_HISTORY_PREFIX, type Elasticsearch, type Logger, messageOf } from '@patchbay/kit';

const NAME = 'kibana-alert-history-template';

const keyword = { type: 'keyword' };
/** Rule types write what they like here: it is kept, and its types are not guessed. */
const unmapped = { type: 'object', enabled: false };

/** Which fields there are is the contract's; which are searched as text is our choice. */
const TEMPLATE = {
  index_patterns: [`${ALERT_HISTORY_PREFIX}*`],
  _meta: {
    description: 'System generated mapping for preconfigured alert history Elasticsearch index connector.',
  },
  template: {
    settings: { number_of_shards: 1, auto_expand_replicas: '0-1' },
    mappings: {
      dynamic: false,
      properties: {
        '@timestamp': { type: 'date' },
        tags: keyword,
        message: { type: 'text' },
        event: { properties: { kind: keyword } },
        rule: {
          properties: {
            id: keyword,
            name: { type: 'text', fields: { keyword } },
            type: keyword,
            space: keyword,
            params: unmapped,
          },
        },
        kibana: {
          properties: {
            alert: {
              properties: { id: keyword, actionGroup: keyword, actionGroupName: keyword, context: unmapped },
            },
          },
        },
      },
    },
  },
};

/** Sees to the index template of alert-history indices. One that is there is left as it is. Never throws. */
export async function createAlertHistoryTemplate(
  elasticsearch: Elasticsearch,
  log: Pick<Logger, 'error'>,
  signal: AbortSignal,
): Promise<void> {
  const path = `/_index_template/${NAME}`;
  const exists = async () =>
    (await elasticsearch.request({ method: 'HEAD', path, ignore: [404], signal })).status === 200;
  try {
    if (await exists().catch(saying('error checking existence of index template'))) return;
    await elasticsearch
      .request({ method: 'PUT', path, query: { create: true }, body: TEMPLATE, signal })
      .catch(async (error) => {
        // Another process that started at the same time was first.
        if (await exists().catch(() => false)) return;
        throw new Error(`error creating index template: ${messageOf(error)}`, { cause: error });
      });
  } catch (error) {
    if (signal.aborted) return;
    log.error(`Could not initialize alert history index with mappings: ${messageOf(error)}.`);
  }
}

function saying(what: string): (error: unknown) => never {
  return (cause) => {
    throw new Error(`${what}: ${messageOf(cause)}`, { cause });
  };
}
