import {
  type ActionContext,
  onlyThrottlingIsTheUsers,
  serviceRequester,
  statusTextOnly,
} from '@patchbay/kit';
import { z } from 'zod';
import type { Config, Run, Secrets, Webhook } from './schema.ts';

/** The most that Tines gives on one page; further ones are not asked for. https://www.tines.com/api/welcome */
const PER_PAGE = 500;
const WEBHOOK = 'Agents::WebhookAgent';

const meta = z.looseObject({ pages: z.number() });

const storiesAnswer = z.looseObject({
  stories: z.array(z.looseObject({ id: z.number(), name: z.string(), published: z.boolean() })),
  meta,
});

const agentsAnswer = z.looseObject({
  agents: z.array(
    z.looseObject({ id: z.number(), name: z.string(), type: z.string(), story_id: z.number() }),
  ),
  meta,
});

const actionAnswer = z.looseObject({
  id: z.number(),
  type: z.string(),
  story_id: z.number(),
  options: z.looseObject({ path: z.unknown().optional(), secret: z.unknown().optional() }),
});

const runAnswer = z.looseObject({});

export interface TinesService {
  stories(): Promise<unknown>;
  webhooks(storyId: number): Promise<unknown>;
  run(given: Run): Promise<unknown>;
}

export function tinesService(context: ActionContext<Config, Secrets>): TinesService {
  const { config, secrets } = context;
  const request = serviceRequester(context, {
    failureText: statusTextOnly,
    sourceOf: onlyThrottlingIsTheUsers,
  });

  /** A read of the tenant's API. `path` holds the query as Tines is sent it, colons unescaped. */
  async function read<Data>(path: string, responseSchema: z.ZodType<unknown, Data>): Promise<Data> {
    const headers = { 'x-user-email': secrets.email, 'x-user-token': secrets.token };
    const url = `${config.url}/api/v1/${path}`;
    const sensitiveHeaders = Object.keys(headers);
    return (await request({ url, headers, sensitiveHeaders, responseSchema })).data;
  }

  async function urlOf({ id, storyId }: Webhook): Promise<string> {
    const { options, ...action } = await read(`actions/${id}`, actionAnswer);
    const { path, secret } = options;
    const isThatWebhook = action.type === WEBHOOK && action.id === id && action.story_id === storyId;
    if (!isThatWebhook || !isText(path) || !isText(secret)) {
      throw new Error(`Invalid configuration for webhook id: ${id}. Verify webhook exists in Tines.`);
    }
    return `${config.url}/webhook/${path}/${secret}`;
  }

  return {
    async stories() {
      const { stories, meta } = await read(`stories?per_page=${PER_PAGE}`, storiesAnswer);
      return {
        stories: stories.map(({ id, name, published }) => ({ id, name, published })),
        incompleteResponse: meta.pages > 1,
      };
    },
    async webhooks(storyId) {
      const query = `story_id=${storyId}&action_type=${WEBHOOK}&per_page=${PER_PAGE}`;
      const { agents, meta } = await read(`agents?${query}`, agentsAnswer);
      return {
        webhooks: agents
          .filter(({ type }) => type === WEBHOOK)
          .map(({ id, name, story_id: storyId }) => ({ id, name, storyId })),
        incompleteResponse: meta.pages > 1,
      };
    },
    async run({ webhook, webhookUrl, body }) {
      const url = webhookUrl || (webhook && (await urlOf(webhook)));
      if (!url) {
        throw new Error('Invalid subActionsParams: [webhook] or [webhookUrl] expected but got none');
      }
      const call = { method: 'POST', url, isUrlSecret: true, data: body, responseSchema: runAnswer } as const;
      return (await request(call)).data;
    },
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
