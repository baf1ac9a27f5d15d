import { defineConnectorSpec, type HttpOptions, reasonAt, type SpecContext, urlPath } from '@patchbay/kit';
import { z } from 'zod';

const label = (title: string, description: string) =>
  z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]+$/, 'expected letters, digits and hyphens')
    .max(63)
    .optional()
    .meta({ title, description });

const schema = z.strictObject({
  subdomain: label('Subdomain', 'Of https://SUBDOMAIN.atlassian.net. Needed for an API token.'),
  cloudId: label('Cloud ID', 'At https://SUBDOMAIN.atlassian.net/_edge/tenant_info. Needed for OAuth.'),
});

type Context = SpecContext<z.output<typeof schema>>;

/** Tokens of users are taken at another address than the site's own. https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/ */
function baseUrl({ config, secrets }: Context): string {
  if (secrets.authType === 'oauth_authorization_code') {
    if (!config.cloudId)
      throw new Error(
        'Jira Cloud ID is required in connector configuration when using OAuth authentication.',
      );
    return `https://api.atlassian.com/ex/jira/${config.cloudId}/rest/api/3`;
  }
  if (!config.subdomain) throw new Error('Jira Cloud subdomain is required');
  return `https://${config.subdomain}.atlassian.net/rest/api/3`;
}

const read = async (context: Context, path: string, query?: HttpOptions['query']) =>
  (await context.client.get(`${baseUrl(context)}${path}`, query && { query })).json();

const maxResults = z.int().min(1).max(5000).optional().meta({ title: 'Results to a page' });
const startAt = z.int().min(0).optional().meta({ title: 'First result', description: 'Counted from 0.' });
const word = (title: string) => z.string().min(1).max(255).meta({ title });

/** Jira Cloud's REST API v3. https://developer.atlassian.com/cloud/jira/platform/rest/v3/ */
export const jiraCloud = defineConnectorSpec({
  metadata: {
    id: '.jira-cloud',
    displayName: 'Jira Cloud',
    description: 'Searches issues, projects and users in Jira Cloud.',
    docsUrl: 'https://developer.atlassian.com/cloud/jira/platform/rest/v3/',
    minimumLicense: 'enterprise',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
    isTechnicalPreview: true,
  },
  auth: {
    types: [
      {
        type: 'oauth_authorization_code',
        defaults: {
          authorizationUrl: 'https://auth.atlassian.com/authorize',
          tokenUrl: 'https://auth.atlassian.com/oauth/token',
          scope: 'read:jira-work read:jira-user offline_access',
        },
      },
      { type: 'basic', label: 'Email and API token' },
    ],
  },
  schema,
  actions: {
    searchIssuesWithJql: {
      description: 'Issues that a query in Jira’s language finds.',
      input: z.strictObject({
        jql: z.string().min(1).max(10_000).meta({ title: 'JQL' }),
        maxResults,
        nextPageToken: z.string().max(2000).optional().meta({ title: 'Token of the next page' }),
      }),
      handler: async (context, search) =>
        (await context.client.post(`${baseUrl(context)}/search/jql`, { json: search })).json(),
    },
    getIssue: {
      description: 'An issue with its fields and comments.',
      input: z.strictObject({ issueId: word('Key or ID of the issue') }),
      handler: (context, { issueId }) => read(context, urlPath`/issue/${issueId}`),
    },
    getProjects: {
      description: 'Projects, those with a text in name or key or all.',
      input: z.strictObject({
        maxResults,
        startAt,
        query: word('Query').optional().meta({ title: 'Query' }),
      }),
      handler: (context, query) => read(context, '/project/search', query),
    },
    getProject: {
      description: 'A project.',
      input: z.strictObject({ projectId: word('Key or ID of the project') }),
      handler: (context, { projectId }) => read(context, urlPath`/project/${projectId}`),
    },
    searchUsers: {
      description: 'Users, by name, email or account ID.',
      input: z.strictObject({
        query: word('Query').optional().meta({ title: 'Query' }),
        username: word('User name').optional().meta({ title: 'User name' }),
        accountId: word('Account ID').optional().meta({ title: 'Account ID' }),
        startAt,
        maxResults,
        property: word('Property').optional().meta({ title: 'Query of user properties' }),
      }),
      handler: (context, query) => read(context, '/user/search', query),
    },
  },
  test: {
    description: 'Whether Jira takes the credentials.',
    async handler(context) {
      await read(context, '/myself');
      return { ok: true, message: 'Successfully connected to Jira Cloud' };
    },
  },
  failureText: reasonAt(['errorMessages', 0], ['message'], ['error']),
  example: {
    name: 'Jira Cloud',
    config: { subdomain: 'acme' },
    secrets: { authType: 'basic', username: 'patchbay@acme.example', password: 'the-api-token' },
    params: [
      {
        subAction: 'searchIssuesWithJql',
        subActionParams: { jql: 'project = OPS AND status != Done ORDER BY updated DESC' },
      },
      { subAction: 'getIssue', subActionParams: { issueId: 'OPS-7' } },
    ],
  },
});
