import {
  type ActionContext,
  HttpStatusError,
  type IncidentService,
  jsonAnswer,
  messageOf,
  type PushedIncident,
  RunError,
  withoutTrailingSlash,
} from '@patchbay/kit';
import { recordValues } from './record.ts';
import type { Config, Incident, Secrets } from './schema.ts';

/** The calls of Swimlane's REST API that a push makes. */
export function swimlaneService({
  config,
  secrets,
  http,
  now,
}: ActionContext<Config, Secrets>): IncidentService<Incident> {
  const { appId, mappings } = config;
  const base = withoutTrailingSlash(config.apiUrl);
  const records = `${base.endsWith('api') ? base : `${base}/api`}/app/${appId}/record`;
  const options = { headers: { 'Private-Token': secrets.apiToken }, sensitiveHeaders: ['private-token'] };
  const commentedAt = now().toISOString();

  /** Writes a record; `date` is the key of the answer that says when. */
  async function write(
    method: 'POST' | 'PATCH',
    url: string,
    record: object,
    date: 'createdDate' | 'modifiedDate',
  ): Promise<PushedIncident> {
    const response = await http.request(method, url, { ...options, json: record });
    const asked = { method: method.toLowerCase(), url };
    const written = jsonAnswer(response, asked, ['id', 'name', date]);
    const id = written.id as string;
    return {
      id,
      title: written.name as string,
      url: `${base}/record/${appId}/${id}`,
      pushedDate: new Date(written[date] as string).toISOString(),
    };
  }

  return {
    create: (incident) =>
      orFail(`Unable to create record in application with id ${appId}`, () => {
        const record = { applicationId: appId, values: recordValues(mappings, incident) };
        return write('POST', records, record, 'createdDate');
      }),

    update: (id, incident) =>
      orFail(`Unable to update record in application with id ${appId}`, () => {
        const record = { applicationId: appId, id, values: recordValues(mappings, incident) };
        return write('PATCH', `${records}/${encodeURIComponent(id)}`, record, 'modifiedDate');
      }),

    addComment: ({ id, pushedDate }, { comment, commentId }) =>
      orFail(`Unable to create comment in application with id ${appId}`, async () => {
        if (mappings.commentsConfig === null) {
          throw new Error('No comment field mapped in Swimlane connector');
        }
        const fieldId = mappings.commentsConfig.id;
        const json = { createdDate: commentedAt, fieldId, isRichText: true, message: comment };
        await http.post(`${records}/${encodeURIComponent(id)}/${fieldId}/comment`, { ...options, json });
        return { commentId, pushedDate };
      }),
  };
}

async function orFail<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const response = cause instanceof HttpStatusError ? cause.response : undefined;
    throw new RunError(
      `[Action][Swimlane]: ${what}. Status: ${response?.status ?? 500}. Error: ${messageOf(cause)}. Reason: ${reasonOf(response?.data())}`,
      { source: cause instanceof RunError ? cause.source : 'framework', cause },
    );
  }
}

/** Swimlane's own words, where it has both of them. */
function reasonOf(body: unknown): string {
  const { Argument, ErrorCode } = typeof body === 'object' && body !== null ? (body as SwimlaneError) : {};
  return Argument != null && ErrorCode != null ? `${Argument} (${ErrorCode})` : 'unknown';
}

interface SwimlaneError {
  Argument?: unknown;
  ErrorCode?: unknown;
}
