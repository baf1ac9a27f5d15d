import {
  type ActionContext,
  type HttpMethod,
  HttpStatusError,
  type IncidentService,
  mergeHeaders,
  messageOf,
  type PushedIncident,
  sensitiveHeaders,
  webhookHeaders,
  webhookTls,
  withIdempotencyKey,
} from '@patchbay/kit';
import { valuesOf } from './answer.ts';
import { caseVariables, commentVariables, renderBody, renderUrl } from './render.ts';
import type { Config, Incident, Secrets } from './schema.ts';

/** The calls that the config describes. */
export function casesWebhookService({
  config,
  secrets,
  http,
  allowedHosts,
  deliveryId,
  now,
}: ActionContext<Config, Secrets>): IncidentService<Incident> {
  const options = {
    headers: mergeHeaders({ 'content-type': 'application/json' }, webhookHeaders(config, secrets)),
    sensitiveHeaders: sensitiveHeaders(secrets),
    tls: webhookTls(config, secrets),
  };

  async function call(
    method: string,
    url: string,
    body: string | undefined,
    { paths = [], key }: { paths?: readonly string[]; key?: string | undefined } = {},
  ): Promise<string[]> {
    const text = body === undefined ? {} : { text: body };
    const request = { method: method.toUpperCase() as HttpMethod, options: { ...options, ...text } };
    const sent = withIdempotencyKey(request, key);
    const response = await http.request(sent.method, url, sent.options);
    return valuesOf(response, { method, url }, paths);
  }

  const read = (id: string): Promise<PushedIncident> =>
    orFail(`Unable to get case with id ${id}`, async () => {
      const url = renderUrl(config.getIncidentUrl, { id }, 'Get case', allowedHosts);
      const body =
        config.getIncidentMethod === 'post' && config.getIncidentJson
          ? renderBody(config.getIncidentJson, systemVariables(id), 'Get case')
          : undefined;
      const titleKey = config.getIncidentResponseExternalTitleKey;
      const [title = ''] = await call(config.getIncidentMethod, url, body, { paths: [titleKey] });
      return {
        id,
        title,
        url: renderUrl(config.viewIncidentUrl, { id, title }, 'View case', allowedHosts),
        pushedDate: now().toISOString(),
      };
    });

  return {
    create: (incident) =>
      orFail('Unable to create case', async () => {
        const url = renderUrl(config.createIncidentUrl, undefined, 'Create case', allowedHosts);
        const variables = { case: caseVariables(incident) };
        const body = renderBody(config.createIncidentJson, variables, 'Create case');
        const idKey = config.createIncidentResponseKey;
        const [id = ''] = await call(config.createIncidentMethod, url, body, {
          paths: [idKey],
          key: deliveryId,
        });
        return read(id);
      }),

    update: (id, incident) =>
      orFail(`Unable to update case with id ${id}`, async () => {
        const url = renderUrl(config.updateIncidentUrl, { id }, 'Update case', allowedHosts);
        const variables = { case: caseVariables(incident), ...systemVariables(id) };
        const body = renderBody(config.updateIncidentJson, variables, 'Update case');
        await call(config.updateIncidentMethod, url, body);
        return read(id);
      }),

    addComment: ({ id }, comment) =>
      orFail(`Unable to create comment at case with id ${id}`, async () => {
        if (comment.comment === '') return undefined;
        const { createCommentUrl, createCommentMethod, createCommentJson } = config;
        if (createCommentUrl && createCommentMethod && createCommentJson) {
          const url = renderUrl(createCommentUrl, { id }, 'Create comment', allowedHosts);
          const variables = { case: commentVariables(comment), ...systemVariables(id) };
          await call(createCommentMethod, url, renderBody(createCommentJson, variables, 'Create comment'));
        }
        return { commentId: comment.commentId, pushedDate: now().toISOString() };
      }),
  };
}

function systemVariables(id: string) {
  return { external: { system: { id: JSON.stringify(id) } } };
}

/** Runs a call, whose failure names what was tried, and what the other system said. */
async function orFail<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const response = cause instanceof HttpStatusError ? cause.response : undefined;
    const data = response?.data();
    const said = data ? JSON.stringify(data) : '';
    const reason = response?.statusText ? `Reason: ${response.statusText}` : '';
    throw new Error(
      `[Action][Webhook - Case Management]: ${what}. Error: ${messageOf(cause)}. ${said} ${reason}`,
      { cause },
    );
  }
}
