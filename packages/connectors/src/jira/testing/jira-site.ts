import { type ReceivedRequest, type StandIn, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const EMAIL = 'elastic@elastic.co';
export const API_TOKEN = 'token';

const CREATED = '2020-04-27T10:59:46.202Z';
const UPDATED = '2020-04-27T14:17:45.490Z';

const FIELDS = [
  {
    fieldId: 'summary',
    required: true,
    schema: { type: 'string' },
    name: 'Summary',
  },
  {
    fieldId: 'priority',
    required: false,
    allowedValues: [{ id: '1', name: 'Highest' }],
    defaultValue: { id: '3', name: 'Medium' },
    schema: { type: 'priority' },
    name: 'Priority',
  },
];
const BUG_FIELDS = FIELDS.slice(0, 1);

/** How lists are named: `issueTypes` and `fields` on Cloud, `values` on Data Center. */
export type Edition = 'cloud' | 'data-center';

/**
 * A Jira site with the project CK, its issue 123 (CK-1), the issue types 10006 (Task) and 10007 (Bug). It wants basic
 * auth, a project, a summary of one line, an issue type that it has, labels without spaces, and fields that it knows.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v2/
 */
export function jiraSite(edition: Edition = 'cloud'): Promise<StandIn> {
  return standIn((request) => {
    if (request.headers.authorization !== `Basic ${btoa(`${EMAIL}:${API_TOKEN}`)}`) {
      return json(401, {
        message: 'Client must be authenticated to access this resource.',
        'status-code': 401,
      });
    }
    return routes(edition, request) ?? json(404, { errorMessages: ['Issue does not exist'], errors: {} });
  });
}

function routes(edition: Edition, { method, url, body }: ReceivedRequest): StandInAnswer | undefined {
  const { pathname, searchParams } = new URL(url, 'http://jira');
  const listed = (name: string, list: unknown[]) =>
    json(200, { [edition === 'cloud' ? name : 'values']: list, total: list.length });
  const types = '/rest/api/2/issue/createmeta/CK/issuetypes';
  switch (`${method} ${pathname}`) {
    case 'POST /rest/api/2/issue': {
      const errors = problemsOf(JSON.parse(body).fields, true);
      return errors === undefined ? json(201, { id: '123', key: 'CK-1', self: 'x' }) : invalid(errors);
    }
    case 'PUT /rest/api/2/issue/123':
    case 'PUT /rest/api/2/issue/CK-1': {
      const errors = problemsOf(JSON.parse(body).fields, false);
      return errors === undefined ? { status: 204 } : invalid(errors);
    }
    case 'GET /rest/api/2/issue/123':
    case 'GET /rest/api/2/issue/CK-1':
      return json(200, {
        id: '123',
        key: 'CK-1',
        fields: { summary: 'title', description: 'text', created: CREATED, updated: UPDATED },
      });
    case 'POST /rest/api/2/issue/123/comment':
      return JSON.parse(body).body
        ? json(201, { id: '1', created: '2020-04-27T15:00:00.000Z' })
        : invalid({ comment: 'Comment body can not be empty!' });
    case `GET ${types}`:
      return listed('issueTypes', [
        { id: '10006', name: 'Task', subtask: false },
        { id: '10007', name: 'Bug', subtask: false },
      ]);
    case `GET ${types}/10006`:
      return listed('fields', FIELDS);
    case `GET ${types}/10007`:
      return listed('fields', BUG_FIELDS);
    case 'GET /rest/api/2/search/jql':
      return json(200, {
        issues: searchParams.get('jql')?.includes('"Nothing"')
          ? []
          : [{ id: '123', key: 'CK-1', fields: { summary: 'title' } }],
      });
    default:
      return undefined;
  }
}

interface Fields {
  summary?: string;
  project?: { key?: string };
  issuetype?: { id?: string };
  labels?: string[];
}

/** What Jira says of each field that it refuses. */
function problemsOf(fields: Fields, isNew: boolean): Record<string, string> | undefined {
  const { summary = '', project, issuetype, labels = [], ...others } = fields;
  if (project?.key !== 'CK') return { project: 'valid project is required' };
  if (summary === '') return { summary: 'You must specify a summary of the issue.' };
  if (/[\r\n]/.test(summary)) {
    return { summary: 'The summary is invalid because it contains newline characters.' };
  }
  if (isNew && !['10006', '10007'].includes(issuetype?.id ?? '')) {
    return { issuetype: 'The issue type selected is invalid.' };
  }
  if (labels.some((label) => /\s/.test(label))) return { labels: "The label can't contain spaces." };
  const unknown = Object.keys(others).find(
    (name) => !['description', 'priority', 'parent', 'foo'].includes(name),
  );
  return unknown === undefined
    ? undefined
    : {
        [unknown]: `Field '${unknown}' cannot be set. It is not on the appropriate screen, or unknown.`,
      };
}

const invalid = (errors: Record<string, string>) => json(400, { errorMessages: [], errors });

function json(status: number, body: object): StandInAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(body),
  };
}
