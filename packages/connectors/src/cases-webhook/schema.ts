import {
  incidentComments,
  subActionChoice,
  webhookAuthConfig,
  webhookSecrets,
  withoutAuth,
} from '@patchbay/kit';
import { z } from 'zod';

const url = (title: string, description: string) => z.string().meta({ title, description });
const TEMPLATE = 'JSON with variables in three braces, which bring their quotes.';
const template = (title: string) => z.string().meta({ title, description: TEMPLATE });
const optionalTemplate = (title: string) =>
  z.string().nullable().default(null).meta({ title, description: TEMPLATE });
const method = <const Methods extends readonly [string, ...string[]]>(
  title: string,
  methods: Methods,
  fallback: Methods[number],
) =>
  z
    .enum(methods)
    .default(fallback as never)
    .meta({ title });

export const config = z.preprocess(
  withoutAuth,
  z.strictObject({
    createIncidentUrl: url('URL to create a case', 'Called as it stands.'),
    createIncidentMethod: method('Method to create a case', ['post', 'put'], 'post'),
    createIncidentJson: template('Body to create a case'),
    createIncidentResponseKey: z
      .string()
      .meta({ title: 'Key of the ID', description: 'Its path in the answer, such as `result.id`.' }),
    getIncidentUrl: url('URL to read a case', 'With `{{{external.system.id}}}`.'),
    getIncidentMethod: method('Method to read a case', ['get', 'post'], 'get'),
    getIncidentJson: optionalTemplate('Body to read a case'),
    getIncidentResponseExternalTitleKey: z
      .string()
      .meta({ title: 'Key of the title', description: 'Its path in the answer to a read.' }),
    viewIncidentUrl: url(
      'URL to view a case',
      'For people; with `{{{external.system.id}}}` and `{{{external.system.title}}}`. Never called.',
    ),
    updateIncidentUrl: url('URL to update a case', 'With `{{{external.system.id}}}`.'),
    updateIncidentMethod: method('Method to update a case', ['post', 'patch', 'put'], 'put'),
    updateIncidentJson: template('Body to update a case'),
    createCommentUrl: z
      .string()
      .nullable()
      .default(null)
      .meta({ title: 'URL to add a comment', description: 'With `{{{external.system.id}}}`.' }),
    createCommentMethod: z
      .enum(['post', 'put', 'patch'])
      .nullable()
      .default('put')
      .meta({ title: 'Method to add a comment' }),
    createCommentJson: optionalTemplate('Body to add a comment'),
    headers: z.record(z.string(), z.string()).nullable().default(null).meta({
      title: 'Headers',
      description: 'Headers sent with each request, readable by who may read the connector.',
    }),
    ...webhookAuthConfig,
  }),
);

export const secrets = webhookSecrets;

const optional = (title: string) => z.string().nullable().default(null).meta({ title });

const incident = z.strictObject({
  title: z.string().meta({ title: 'Title' }),
  description: optional('Description'),
  id: optional('ID'),
  severity: optional('Severity'),
  status: optional('Status'),
  externalId: optional('External ID'),
  tags: z.array(z.string()).nullable().default(null).meta({ title: 'Tags' }),
});

export const params = subActionChoice({
  pushToService: z.strictObject({
    incident: incident.meta({ title: 'Case' }),
    comments: incidentComments,
  }),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Incident = Omit<z.output<typeof incident>, 'externalId'>;
