import { freeFields, incidentComments, subActionChoice } from '@patchbay/kit';
import { z } from 'zod';

export const config = z.strictObject({
  apiUrl: z
    .string()
    .meta({ title: 'URL', description: 'Of the Jira site, such as https://acme.atlassian.net.' }),
  projectKey: z.string().meta({ title: 'Project key' }),
});

export const secrets = z.strictObject({
  email: z.string().meta({ title: 'Email', description: 'Of the account; on Data Center its user name.' }),
  apiToken: z
    .string()
    .meta({ title: 'API token', description: 'On Data Center the password of the account.' }),
});

const OWN_FIELDS = [
  'summary',
  'description',
  'externalId',
  'issueType',
  'priority',
  'labels',
  'parent',
  'otherFields',
];

const optional = (title: string, description?: string) =>
  z.string().nullable().default(null).meta({ title, description });

const label = z.string().refine((text) => !/\s/.test(text), {
  error: ({ input }) => `The label ${input} cannot contain spaces`,
});

export const incident = z.strictObject({
  summary: z.string().meta({ title: 'Summary', description: 'Lines are joined with commas.' }),
  description: optional('Description'),
  externalId: optional('External ID', 'The issue to update; null creates one.'),
  issueType: optional('Issue type', 'Its id. Left out: the first that the project has.'),
  priority: optional('Priority', 'Its name.'),
  labels: z.array(label).nullable().default(null).meta({ title: 'Labels' }),
  parent: optional('Parent', 'The key of the parent issue.'),
  otherFields: freeFields({ name: 'otherFields', maxKeys: 20, reserved: OWN_FIELDS })
    .nullable()
    .default(null)
    .meta({
      title: 'Other fields',
      description: 'Fields of Jira by their ids; an object, or JSON text of one.',
    }),
});

export const push = z.object({
  incident: incident.meta({ title: 'Issue' }),
  comments: incidentComments,
});

const nothing = z.strictObject({});
const byId = (title: string) => z.strictObject({ id: z.string().meta({ title }) });

export const params = subActionChoice({
  pushToService: push,
  getIncident: z.strictObject({ externalId: z.string().meta({ title: 'External ID' }) }),
  getFields: z.object({}),
  issueTypes: nothing,
  fieldsByIssueType: byId('Issue type ID'),
  issues: z.strictObject({ title: z.string().meta({ title: 'Title' }) }),
  issue: byId('Issue ID or key'),
  handshake: nothing,
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Params = z.output<typeof params>;
export type Incident = Omit<z.output<typeof incident>, 'externalId'>;
