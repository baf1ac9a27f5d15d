import {
  type ActionContext,
  alertBody,
  type FailureReading,
  type IncidentService,
  serviceRequester,
  withoutTrailingSlash,
} from '@patchbay/kit';
import { z } from 'zod';
import { alertAnswer, caseAnswer, commentAnswer } from './answers.ts';
import type { Case, Config, NewAlert, Secrets } from './schema.ts';

export interface TheHiveService extends IncidentService<Case> {
  createAlert(alert: NewAlert): Promise<void>;
}

/** The calls of TheHive's REST API v1. */
export function theHiveService(context: ActionContext<Config, Secrets>): TheHiveService {
  const { config, secrets, now } = context;
  const send = serviceRequester(context, { failureText });
  const headers = {
    Authorization: `Bearer ${secrets.apiKey}`,
    ...(config.organisation !== null && { 'X-Organisation': config.organisation }),
  };
  const write = async <Data>(
    method: 'POST' | 'PATCH',
    path: string,
    data: unknown,
    responseSchema: z.ZodType<unknown, Data>,
  ) => (await send({ method, url: `${config.url}/api/v1/${path}`, data, headers, responseSchema })).data;
  const linkTo = (id: string) =>
    `${withoutTrailingSlash(config.url)}/cases/${encodeURIComponent(id)}/details`;

  return {
    async create(incident) {
      const { _id: id, _createdAt, title } = await write('POST', 'case', incident, caseAnswer);
      return { id, title, url: linkTo(id), pushedDate: new Date(_createdAt).toISOString() };
    },

    async update(id, incident) {
      await write('PATCH', `case/${encodeURIComponent(id)}`, incident, z.unknown());
      return { id, title: incident.title, url: linkTo(id), pushedDate: now().toISOString() };
    },

    async addComment({ id, pushedDate }, { comment: message, commentId }) {
      await write('POST', `case/${encodeURIComponent(id)}/comment`, { message }, commentAnswer);
      return { commentId, pushedDate };
    },

    async createAlert({ body, isRuleSeverity: _isRuleSeverity, ...alert }) {
      await write('POST', 'alert', { ...alert, ...alertBody(body, 'TheHive') }, alertAnswer);
    },
  };
}

const failureText: FailureReading['failureText'] = ({ response }) => {
  if (response === undefined) return 'Unknown API Error';
  const { type, message } = (response.data() ?? {}) as { type?: unknown; message?: unknown };
  return `API Error: ${type} - ${message}`;
};
