import { incidentComments } from '@patchbay/kit';
import { z } from 'zod';

const field = (title: string) =>
  z
    .strictObject({
      id: z.string().meta({ title: 'ID' }),
      key: z.string().meta({ title: 'Key' }),
      name: z.string().meta({ title: 'Name' }),
      fieldType: z.string().meta({ title: 'Field type' }),
    })
    .nullable()
    .default(null)
    .meta({ title });

export const config = z.strictObject({
  apiUrl: z.string().meta({ title: 'API URL' }),
  appId: z.string().meta({ title: 'Application ID' }),
  connectorType: z
    .enum(['all', 'alerts', 'cases'])
    .meta({ title: 'Use', description: 'What forms ask for; a run does the same for all.' }),
  mappings: z
    .strictObject({
      ruleNameConfig: field('Field of the rule name'),
      alertIdConfig: field('Field of the alert ID'),
      caseIdConfig: field('Field of the case ID'),
      caseNameConfig: field('Field of the case name'),
      commentsConfig: field('Field of the comments'),
      severityConfig: field('Field of the severity'),
      descriptionConfig: field('Field of the description'),
    })
    .meta({ title: 'Mappings', description: "The application's field for each value." }),
});

export const secrets = z.strictObject({
  apiToken: z.string().meta({ title: 'API token' }),
});

const optional = (title: string) => z.string().nullable().default(null).meta({ title });

const incident = z.strictObject({
  alertId: optional('Alert ID'),
  ruleName: optional('Rule name'),
  caseId: optional('Case ID'),
  caseName: optional('Case name'),
  severity: optional('Severity'),
  description: optional('Description'),
  externalId: optional('External ID'),
});

export const params = z.discriminatedUnion('subAction', [
  z.strictObject({
    subAction: z.literal('pushToService'),
    subActionParams: z.strictObject({
      incident: incident.meta({ title: 'Record' }),
      comments: incidentComments,
    }),
  }),
]);

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Incident = Omit<z.output<typeof incident>, 'externalId'>;
