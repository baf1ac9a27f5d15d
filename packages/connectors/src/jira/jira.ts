import {
  type ActionContext,
  defineConnectorType,
  ensureAllowed,
  fieldsForIncident,
  pushToService,
} from '@patchbay/kit';
import { jiraService } from './jira-service.ts';
import { type Config, config, type Params, params, type Secrets, secrets } from './schema.ts';

/** Jira Cloud and Data Center, REST API v2. https://developer.atlassian.com/cloud/jira/platform/rest/v2/intro/ */
export const jira = defineConnectorType({
  id: '.jira',
  name: 'Jira',
  description: 'Creates and updates issues in Jira.',
  minimumLicense: 'gold',
  features: ['alerting', 'cases', 'uptime', 'siem', 'workflows'],
  config,
  secrets,
  validate: {
    config: ({ apiUrl }, { allowedHosts }) =>
      ensureAllowed(apiUrl, allowedHosts, 'error configuring connector action'),
  },
  caseIncident: {
    title: 'summary',
    description: 'description',
    comments: 'comments',
    fields: ({ tags }, ofConnector) => ({
      ...fieldsForIncident(ofConnector, {
        issueType: 'issueType',
        priority: 'priority',
        parent: 'parent',
        otherFields: 'otherFields',
      }),
      // Labels have no blanks.
      labels: tags.map((tag) => tag.replaceAll(/\s+/g, '_')),
    }),
  },
  params,
  example: {
    name: 'Operations project',
    config: { apiUrl: 'https://acme.atlassian.net', projectKey: 'OPS' },
    secrets: { email: 'patchbay@example.com', apiToken: 'the-api-token' },
    params: [
      {
        subAction: 'pushToService',
        subActionParams: {
          incident: { summary: 'Disk is full on host-1', issueType: '10006', labels: ['disk'] },
          comments: [{ commentId: '1', comment: 'Seen first at 10:00' }],
        },
      },
      { subAction: 'issueTypes', subActionParams: {} },
    ],
  },
  async execute(context) {
    const { config, secrets, params } = context;
    if (!(config.apiUrl && config.projectKey && secrets.apiToken && secrets.email)) {
      throw new Error('[Action]Jira: Wrong configuration.');
    }
    return run(params, context);
  },
});

async function run({ subAction, subActionParams }: Params, context: ActionContext<Config, Secrets>) {
  const service = jiraService(context);
  switch (subAction) {
    case 'pushToService':
      return pushToService(subActionParams, service);
    case 'getIncident':
      return service.getIncident(subActionParams.externalId);
    case 'getFields':
      return service.getFields();
    case 'issueTypes':
      return service.getIssueTypes();
    case 'fieldsByIssueType':
      return service.getFieldsOf(subActionParams.id);
    case 'issues':
      return service.findIssues(subActionParams.title);
    case 'issue':
      return service.getFound(subActionParams.id);
    case 'handshake':
      throw new Error('[Action][ExternalService] subAction handshake not implemented.');
  }
}
