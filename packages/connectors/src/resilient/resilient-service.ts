import {
  type ActionContext,
  type HttpMethod,
  messageOf,
  type PushedComment,
  type PushedIncident,
  RunError,
  serviceRequester,
  withoutTrailingSlash,
} from '@patchbay/kit';
import { z } from 'zod';
import { toChanges } from './changes.ts';
import { field } from './field.ts';
import { toNewIncident } from './new-incident.ts';
import type { Config, Incident, Secrets } from './schema.ts';

const created = z.looseObject({ id: z.number(), create_date: z.number() });
const existing = z.looseObject({ id: z.coerce.number(), inc_last_modified_date: z.coerce.number() });
const updated = z.looseObject({ success: z.boolean(), message: z.string().nullish() });
const choices = z.looseObject({
  values: z.array(z.looseObject({ value: z.union([z.number(), z.string()]), label: z.string() })),
});

export type ResilientService = ReturnType<typeof resilientService>;

/** The calls of the REST API of IBM QRadar SOAR, once Resilient, that this type makes. */
export function resilientService(context: ActionContext<Config, Secrets>) {
  const { config, secrets, now } = context;
  const org = `${config.apiUrl}/rest/orgs/${config.orgId}`;
  const request = serviceRequester(context, {
    failureText({ response }) {
      if (response === undefined) return 'Unknown API Error';
      if (response.status === 401) return 'Unauthorized API Error';
      const body = response.data() as { message?: unknown } | null;
      return `API Error: ${body?.message ?? response.statusText}`;
    },
  });

  async function call<Answer extends z.ZodType>(
    method: HttpMethod,
    path: string,
    responseSchema: Answer,
    data?: unknown,
  ): Promise<z.input<Answer>> {
    const answer = await request({
      method,
      url: `${org}/${path}`,
      data,
      auth: { user: secrets.apiKeyId, password: secrets.apiKeySecret },
      responseSchema,
    });
    return answer.data as z.input<Answer>;
  }

  const FORMAT = 'text_content_output_format=objects_convert';
  const pathOf = (id: string) => `incidents/${encodeURIComponent(id)}`;

  const getIncident = (id: string) =>
    orFail(`Unable to get incident with id ${id}`, () => call('GET', `${pathOf(id)}?${FORMAT}`, existing));

  const getFields = () =>
    orFail('Unable to get fields', () => call('GET', 'types/incident/fields', z.array(field)));

  const getChoices = (what: string, name: string) =>
    orFail(`Unable to get ${what}`, async () => {
      const { values } = await call('GET', `types/incident/fields/${name}`, choices);
      return values.map(({ value, label }) => ({ id: String(value), name: label }));
    });

  const toPushed = (id: unknown, date: unknown): PushedIncident => ({
    title: String(id),
    id: String(id),
    pushedDate: new Date(Number(date)).toISOString(),
    url: `${withoutTrailingSlash(config.apiUrl)}/#incidents/${id}`,
  });

  return {
    create: (incident: Incident): Promise<PushedIncident> =>
      orFail('Unable to create incident', async () => {
        const fields = incident.additionalFields ? await getFields() : [];
        const body = toNewIncident(incident, fields, now());
        const answer = await call('POST', `incidents?${FORMAT}`, created, body);
        return toPushed(answer.id, answer.create_date);
      }),

    update: (id: string, incident: Incident): Promise<PushedIncident> =>
      orFail(`Unable to update incident with id ${id}`, async () => {
        const before = await getIncident(id);
        const changes = toChanges(incident, before, await getFields());
        const answer = await call('PATCH', pathOf(id), updated, { changes });
        if (!answer.success) throw new Error(`Error while updating incident: ${answer.message}`);
        const after = await getIncident(id);
        return toPushed(after.id, after.inc_last_modified_date);
      }),

    addComment: (
      { id, pushedDate }: PushedIncident,
      { comment, commentId }: { comment: string; commentId: string },
    ): Promise<PushedComment> =>
      orFail(`Unable to create comment at incident with id ${id}`, async () => {
        const text = { format: 'text', content: comment };
        await call('POST', `${pathOf(id)}/comments`, z.unknown(), { text });
        return { commentId, pushedDate };
      }),

    getIncidentTypes: () => getChoices('incident types', 'incident_type_ids'),
    getSeverities: () => getChoices('severity', 'severity_code'),

    async getFields() {
      const fields = await getFields();
      return fields.map(({ name, input_type, read_only, required, text, prefix, values }) => ({
        name,
        input_type,
        read_only,
        required,
        text,
        prefix,
        values,
      }));
    },
  };
}

/** Runs a call, whose failure becomes `[Action][IBM Resilient]: <what>. Error: <why>.` and the framework's. */
async function orFail<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new RunError(`[Action][IBM Resilient]: ${what}. Error: ${messageOf(cause)}.`, { cause });
  }
}
