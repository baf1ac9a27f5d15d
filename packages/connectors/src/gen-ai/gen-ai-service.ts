import {
  type ActionContext,
  beside,
  messageOf,
  onlyThrottlingIsTheUsers,
  StreamedData,
  serviceRequester,
  serviceStreamer,
  type TokenUsage,
} from '@patchbay/kit';
import { type ChatChunks, chatChunks } from './chat-chunks.ts';
import { type Completion, completion, toTokenUsage } from './completion.ts';
import { estimate, estimateText } from './estimate.ts';
import { failureText, tlsAdvised } from './failure.ts';
import { headersOf } from './headers.ts';
import { iteratorUrl } from './iterator-url.ts';
import { pkiTls } from './pki.ts';
import { requestBody } from './request-body.ts';
import { type Config, DEFAULT_MODEL, type InvokeParams, type Secrets } from './schema.ts';

/** A model may think for minutes before its first word. */
const RUN_TIMEOUT_MS = 200_000;

export interface GenAiService {
  run(body: string, timeout: number | undefined): Promise<Completion>;
  /** As it arrives, or whole, when it is asked for as `run` asks, but for the time-out and the model. */
  stream(
    body: string,
    options: { stream: boolean; timeout?: number | undefined },
  ): Promise<StreamedData | Completion>;
  invokeAI(params: InvokeParams): Promise<Completion>;
  invokeStream(params: InvokeParams): Promise<StreamedData>;
  /** As OpenAI's own client would ask. */
  invokeAsyncIterator(params: InvokeParams): Promise<StreamedData>;
}

/** Throws where the connector's certificates are none. */
export function genAiService(context: ActionContext<Config, Secrets>): GenAiService {
  const { config, secrets, log, reportTokenUsage } = context;
  const request = serviceRequester(context, { failureText });
  const passOn = serviceStreamer(context, { failureText });
  const passOnAsClient = serviceStreamer(context, { failureText, sourceOf: onlyThrottlingIsTheUsers });
  const call = {
    method: 'POST',
    url: config.apiUrl,
    headers: headersOf(config, secrets),
    sensitiveHeaders: ['api-key'],
    tls: pkiTls(config, secrets),
  } as const;

  async function complete(
    body: string,
    timeoutMs: number | undefined,
    addsModel: boolean,
  ): Promise<Completion> {
    const data = requestBody(config, body, { isStream: false, addsModel });
    const answer = await request({ ...call, data, timeoutMs, responseSchema: completion }).catch(tlsAdvised);
    reportTokenUsage(toTokenUsage(answer.data.usage));
    return answer.data;
  }

  async function counted(
    answer: ReturnType<typeof passOn>,
    usageOf: (chunks: ChatChunks) => Promise<TokenUsage | undefined>,
  ): Promise<StreamedData> {
    const { body, headers } = await answer.catch(tlsAdvised);
    const chunks = chatChunks();
    return new StreamedData(
      beside(body, chunks.reader),
      headers['content-type'] ?? 'text/event-stream',
      async () => {
        const usage = await usageOf(chunks).catch((error) => {
          log.error(`error counting tokens of the streamed answer: ${messageOf(error)}`);
          return undefined;
        });
        if (usage !== undefined) reportTokenUsage(usage);
      },
    );
  }

  return {
    run: (body, timeout = RUN_TIMEOUT_MS) => complete(body, timeout, false),

    async stream(body, { stream, timeout: timeoutMs }) {
      if (!stream) return complete(body, timeoutMs, true);
      const data = requestBody(config, body, { isStream: true, addsModel: true });
      return counted(
        passOn({ ...call, data, timeoutMs }),
        async (chunks) => chunks.usage() ?? (await estimate(data, chunks)),
      );
    },

    invokeAI: (params) => complete(bodyOf(params), params.timeout ?? RUN_TIMEOUT_MS, false),

    invokeStream(params) {
      const data = requestBody(config, bodyOf(params), { isStream: true, addsModel: true });
      return counted(passOn({ ...call, data, timeoutMs: params.timeout }), (chunks) =>
        estimateText(data, chunks),
      );
    },

    invokeAsyncIterator(params) {
      const model = params.model ?? config.defaultModel ?? DEFAULT_MODEL;
      const data = JSON.stringify({ ...chatOf(params), stream: true, model });
      return counted(
        passOnAsClient({ ...call, url: iteratorUrl(config), data, timeoutMs: params.timeout }),
        async (chunks) => chunks.usage() ?? (await estimate(data, chunks)),
      );
    },
  };
}

/** What of the params is the request. */
function chatOf({
  signal: _signal,
  timeout: _timeout,
  telemetryMetadata: _telemetry,
  ...chat
}: InvokeParams) {
  return chat;
}

function bodyOf(params: InvokeParams): string {
  return JSON.stringify(chatOf(params));
}
