import {
  type ActionContext,
  beside,
  eventReader,
  forgetTokenAfter,
  messageOf,
  RunError,
  ServiceError,
  StreamedData,
  serviceAccountToken,
  serviceRequester,
  serviceStreamer,
} from '@patchbay/kit';
import type { z } from 'zod';
import { anyAnswer, completionOf, generateAnswer } from './answer.ts';
import { serviceAccountKey } from './credentials.ts';
import { failureText } from './failure.ts';
import { geminiBody } from './gemini-body.ts';
import type { Config, Invoke, Run, Secrets } from './schema.ts';
import { usageIn } from './token-usage.ts';

const DEFAULT_TIMEOUT_MS = 180_000;
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Seconds; Google's tokens live a little longer. */
const TOKEN_LIFETIME = 3500;

export interface GeminiService {
  run(params: Run): Promise<unknown>;
  invokeAI(params: Invoke): Promise<unknown>;
  invokeAIRaw(params: Invoke): Promise<unknown>;
  invokeStream(params: Invoke): Promise<unknown>;
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference */
export function geminiService(context: ActionContext<Config, Secrets>): GeminiService {
  const { config, secrets, log, reportTokenUsage } = context;
  const request = serviceRequester(context, { failureText });
  const stream = serviceStreamer(context, { failureText });

  async function accessToken(): Promise<string> {
    const key = serviceAccountKey(secrets.credentialsJson);
    const account = {
      tokenUrl: key.token_uri,
      issuer: key.client_email,
      keyId: key.private_key_id,
      privateKey: key.private_key,
      scope: SCOPE,
      maxLifetime: TOKEN_LIFETIME,
    };
    const token = await serviceAccountToken(account, context).catch((cause) => {
      throw new Error(`${NO_TOKEN} Error: ${messageOf(cause)}`, { cause });
    });
    if (token === undefined) throw new Error(EMPTY_TOKEN);
    return token;
  }

  function urlOf(model: string, method: string): string {
    const { apiUrl, gcpProjectID, gcpRegion } = config;
    if (ESCAPES_ITS_PLACE.test(model)) {
      throw new RunError(`"${model}" is no model of Gemini`, { source: 'user' });
    }
    return `${apiUrl}/v1/projects/${gcpProjectID}/locations/${gcpRegion}/publishers/google/models/${model}:${method}`;
  }

  async function callOf({ model, timeout }: Pick<Run, 'model' | 'timeout'>, method: string, data: unknown) {
    return {
      method: 'POST',
      url: urlOf(model ?? config.defaultModel, method),
      data,
      headers: { Authorization: await accessToken() },
      timeoutMs: timeout ?? DEFAULT_TIMEOUT_MS,
    } as const;
  }

  /** A token that the service no longer takes is not shown to it again. */
  async function forgetting<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return answer.catch(async (error) => {
      if (error instanceof ServiceError && error.response?.status === 401) {
        await forgetTokenAfter(error.cause, context);
      }
      throw error;
    });
  }

  function report(answer: unknown): void {
    const usage = usageIn(answer);
    if (usage === undefined) log.error('Response did not contain usage metadata object');
    else reportTokenUsage(usage);
  }

  async function generate<Data>(
    params: Pick<Run, 'model' | 'timeout'>,
    body: unknown,
    responseSchema: z.ZodType<unknown, Data>,
  ): Promise<Data> {
    const call = await callOf(params, 'generateContent', body);
    const { data } = await forgetting(request({ ...call, responseSchema }));
    report(data);
    return data;
  }

  return {
    async run(params) {
      if (params.raw) return generate(params, params.body, anyAnswer);
      const answer = await generate(params, params.body, generateAnswer);
      return { completion: completionOf(answer), usageMetadata: answer.usageMetadata };
    },
    async invokeAI({ tools: _tools, ...params }) {
      const answer = await generate(params, geminiBody(params), generateAnswer);
      return { message: completionOf(answer), usageMetadata: answer.usageMetadata };
    },
    invokeAIRaw: ({ toolConfig: _toolConfig, ...params }) => generate(params, geminiBody(params), anyAnswer),
    async invokeStream(params) {
      const call = await callOf(params, 'streamGenerateContent?alt=sse', geminiBody(params));
      const { body } = await forgetting(stream(call));
      let last = '';
      const reader = eventReader((data) => {
        last = data;
      });
      return new StreamedData(beside(body, reader), 'text/event-stream', async () => report(jsonIn(last)));
    },
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NO_TOKEN =
  'Unable to retrieve access token. Ensure the service account has the right permissions and the Vertex AI endpoint is enabled in the GCP project.';
/** Spelt as the reference spells it: clients match on texts. */
const EMPTY_TOKEN =
  'Error occurred while retrieving the access token. Ensure that the credentials are vaild.';

/** A model is not encoded in the path, and must not lead out of it. */
const ESCAPES_ITS_PLACE = /[?#\\]|(^|\/)\.{1,2}(\/|$)|%2e/i;
