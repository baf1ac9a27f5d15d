import {
  type ActionContext,
  type HttpMethod,
  jsonAnswer,
  type PushedComment,
  type PushedIncident,
  withoutTrailingSlash,
} from '@patchbay/kit';
import { orFail } from './errors.ts';
import { toFields } from './issue-fields.ts';
import { searchBySummary } from './jql.ts';
import type { Config, Incident, Secrets } from './schema.ts';

/** A field of an issue type, as forms need it. */
export interface FieldMeta {
  required: boolean;
  allowedValues: unknown[];
  defaultValue: unknown;
  schema: unknown;
  name: unknown;
}

export type FieldsMeta = Record<string, FieldMeta>;

interface Issue {
  id: string;
  key: string;
  fields: Record<string, unknown>;
}

export type JiraService = ReturnType<typeof jiraService>;

/** The calls of Jira's REST API v2 that this type makes. Only the first page of a list is read. */
export function jiraService({ config, secrets, http }: ActionContext<Config, Secrets>) {
  const base = withoutTrailingSlash(config.apiUrl);
  const api = `${base}/rest/api/2`;
  const issueUrl = (id: string) => `${api}/issue/${encodeURIComponent(id)}`;
  const createMeta = `${api}/issue/createmeta/${config.projectKey}/issuetypes`;

  async function call<Key extends string = never>(
    method: HttpMethod,
    url: string,
    json?: unknown,
    required: readonly Key[] = [],
  ): Promise<Record<Key, unknown>> {
    const response = await http.request(method, url, {
      json,
      auth: { user: secrets.email, password: secrets.apiToken },
    });
    if (response.status === 204) return {} as Record<Key, unknown>;
    return jsonAnswer(response, { method, url }, required);
  }

  const getIssue = (id: string) =>
    orFail(`Unable to get incident with id ${id}`, async () => {
      const issue = await call('GET', issueUrl(id), undefined, ['id', 'key']);
      const { fields } = issue as { fields?: Record<string, unknown> };
      return { id: issue.id, key: issue.key, fields: fields ?? {} } as Issue;
    });

  const getIssueTypes = () =>
    orFail('Unable to get issue types', async () => {
      const { issueTypes, values } = (await call('GET', createMeta)) as Record<string, Named[] | undefined>;
      return (issueTypes ?? values ?? []).map(({ id, name }) => ({ id, name }));
    });

  const getFieldsOf = (issueTypeId: string) =>
    orFail('Unable to get fields', async () => {
      const answer = (await call('GET', `${createMeta}/${encodeURIComponent(issueTypeId)}`)) as Record<
        string,
        RawField[]
      >;
      return Object.fromEntries((answer.fields ?? answer.values ?? []).map(toFieldMeta));
    });

  return {
    create: (incident: Incident): Promise<PushedIncident> =>
      orFail('Unable to create incident', async () => {
        const issueType = incident.issueType || ((await getIssueTypes())[0]?.id ?? null);
        const fields = toFields({ ...incident, issueType }, config.projectKey);
        const created = await call('POST', `${api}/issue`, { fields }, ['id']);
        const issue = await getIssue(String(created.id));
        return toPushed(issue, base, issue.fields.created);
      }),

    update: (id: string, incident: Incident): Promise<PushedIncident> =>
      orFail(`Unable to update incident with id ${id}`, async () => {
        await call('PUT', issueUrl(id), { fields: toFields(incident, config.projectKey) });
        const issue = await getIssue(id);
        return toPushed(issue, base, issue.fields.updated);
      }),

    addComment: (
      { id }: Pick<PushedIncident, 'id'>,
      { comment, commentId }: { comment: string; commentId: string },
    ): Promise<PushedComment | undefined> =>
      orFail(`Unable to create comment at incident with id ${id}`, async () => {
        if (comment === '') return undefined;
        const added = await call('POST', `${issueUrl(id)}/comment`, { body: comment }, ['id', 'created']);
        return { commentId, pushedDate: isoDate(added.created) };
      }),

    async getIncident(id: string) {
      const { key, fields, id: issueId } = await getIssue(id);
      return { id: issueId, key, created: fields.created, updated: fields.updated, ...fields };
    },

    getIssueTypes,
    getFieldsOf,

    /** The fields that every issue type has, as the first one has them. */
    async getFields(): Promise<FieldsMeta> {
      const types = await getIssueTypes();
      const [first = {}, ...others] = await Promise.all(types.map(({ id }) => getFieldsOf(String(id))));
      return Object.fromEntries(
        Object.entries(first).filter(([id]) => others.every((fields) => Object.hasOwn(fields, id))),
      );
    },

    findIssues: (title: string) =>
      orFail('Unable to get issues', async () => {
        const jql = encodeURIComponent(searchBySummary(config.projectKey, title));
        const { issues } = (await call('GET', `${api}/search/jql?jql=${jql}&fields=summary,key`)) as {
          issues?: Issue[];
        };
        return (issues ?? []).map(toFound);
      }),

    getFound: (id: string) =>
      orFail(`Unable to get issue with id ${id}`, async () =>
        toFound((await call('GET', issueUrl(id), undefined, ['id', 'key'])) as unknown as Issue),
      ),
  };
}

interface Named {
  id: string;
  name: string;
}

interface RawField {
  fieldId: string;
  required: boolean;
  allowedValues?: unknown[];
  defaultValue?: unknown;
  schema: unknown;
  name: unknown;
}

function toFieldMeta(field: RawField): [id: string, meta: FieldMeta] {
  const { fieldId, required, allowedValues = [], defaultValue = {}, schema, name } = field;
  return [fieldId, { required, allowedValues, defaultValue, schema, name }];
}

function toFound({ id, key, fields }: Issue) {
  return { id, key, title: fields?.summary ?? null };
}

function toPushed({ id, key }: Issue, base: string, date: unknown): PushedIncident {
  return { title: key, id, pushedDate: isoDate(date), url: `${base}/browse/${key}` };
}

function isoDate(date: unknown): string {
  return new Date(date as string).toISOString();
}
