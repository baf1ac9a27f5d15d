import {
  type ActionContext,
  beside,
  eventReader,
  RunError,
  StreamedData,
  type TokenUsage,
} from '@patchbay/kit';
import { chatChunks, usageIn } from './chat-chunks.ts';
import { endpointPath } from './endpoint.ts';
import { chatFailure, taskFailure } from './failure.ts';
import type { Chat, Config, Secrets } from './schema.ts';
import { upstreamText } from './upstream-text.ts';

/** In bytes, of a stream that is put together. */
const COMPLETION_MAX = 10_000_000;

export interface InferenceService {
  unifiedCompletion(params: Chat): Promise<unknown>;
  /** The events as Elasticsearch sends them. */
  unifiedCompletionStream(params: Chat, options?: { countsBytes?: boolean }): Promise<StreamedData>;
  /** The array of that name in the answer to a task; an empty one where there is none. */
  task(taskType: string, body: object): Promise<unknown[]>;
}

/** Endpoints of Elasticsearch. https://www.elastic.co/docs/api/doc/elasticsearch/group/endpoint-inference */
export function inferenceService(context: ActionContext<Config, Secrets>): InferenceService {
  const { config, elasticsearch, signal, reportTokenUsage, addRequestBodyBytes } = context;
  const { inferenceId } = config;

  /** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-inference-chat-completion-unified */
  async function chat({ body: { n: _n, ...body }, telemetryMetadata }: Chat) {
    return elasticsearch
      .stream({
        method: 'POST',
        path: `${endpointPath('chat_completion', inferenceId)}/_stream`,
        query: { timeout: '180s' },
        headers: {
          'X-Elastic-Product-Use-Case': telemetryMetadata?.pluginId || 'inference',
          // What comes compressed does not come piece by piece.
          'Accept-Encoding': 'identity',
        },
        body,
        signal,
      })
      .catch((error) => {
        throw chatFailure(error, inferenceId);
      });
  }

  return {
    async unifiedCompletion(params) {
      const stream = await chat(params);
      const chunks = chatChunks();
      let usage: TokenUsage | undefined;
      const reader = eventReader((data) => {
        chunks.add(data);
        usage = usageIn(data) ?? usage;
      });
      let length = 0;
      try {
        for await (const bytes of stream) {
          length += bytes.byteLength;
          if (length > COMPLETION_MAX) throw new RunError('The completion is too long to be put together');
          reader.read(bytes);
        }
        reader.end();
      } catch (error) {
        if (error instanceof RunError)
          throw new RunError(upstreamText(error.message), { source: error.source, cause: error });
        throw error;
      }
      if (usage !== undefined) reportTokenUsage(usage);
      return chunks.completion();
    },

    async unifiedCompletionStream(params, { countsBytes = false } = {}) {
      if (countsBytes) {
        const { n: _n, ...body } = params.body;
        addRequestBodyBytes(Buffer.byteLength(JSON.stringify(body)));
      }
      const stream = await chat(params);
      let usage: TokenUsage | undefined;
      const reader = eventReader(
        (data) => {
          usage = usageIn(data) ?? usage;
        },
        { isWanted: (event) => event.includes('"usage"') },
      );
      return new StreamedData(beside(stream, reader), 'text/event-stream', async () => {
        if (usage !== undefined) reportTokenUsage(usage);
      });
    },

    async task(taskType, body) {
      const { body: answer } = await elasticsearch
        .request({ method: 'POST', path: endpointPath(taskType, inferenceId), body, signal })
        .catch((error) => {
          throw taskFailure(error);
        });
      const { [taskType]: items } = Object(answer) as Record<string, unknown>;
      return Array.isArray(items) ? items : [];
    },
  };
}
