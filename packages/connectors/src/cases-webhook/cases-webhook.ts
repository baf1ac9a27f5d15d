import { defineConnectorType, pushToService, usesBasic, usesSsl, webhookTls } from '@patchbay/kit';
import { casesWebhookService } from './cases-webhook-service.ts';
import { type Config, config, params, type Secrets, secrets } from './schema.ts';
import { validateConfig, validateConnector } from './validate.ts';

/** Pushes cases to any system that has them, by requests that the config describes. */
export const casesWebhook = defineConnectorType({
  id: '.cases-webhook',
  name: 'Webhook - Case Management',
  description: 'Creates and updates cases in a system of your own.',
  minimumLicense: 'gold',
  features: ['cases'],
  config,
  secrets,
  validate: { config: validateConfig, connector: validateConnector },
  caseIncident: {
    title: 'title',
    description: 'description',
    comments: 'comments',
    tags: 'tags',
    fields: ({ id, severity, status }) => ({ id, severity, status }),
  },
  params,
  example: {
    name: 'Case system',
    config: {
      createIncidentUrl: 'https://cases.example.com/api/cases',
      createIncidentJson: '{"title":{{{case.title}}},"text":{{{case.description}}},"labels":{{{case.tags}}}}',
      createIncidentResponseKey: 'id',
      getIncidentUrl: 'https://cases.example.com/api/cases/{{{external.system.id}}}',
      getIncidentResponseExternalTitleKey: 'key',
      viewIncidentUrl: 'https://cases.example.com/cases/{{{external.system.title}}}',
      updateIncidentUrl: 'https://cases.example.com/api/cases/{{{external.system.id}}}',
      updateIncidentJson: '{"title":{{{case.title}}},"text":{{{case.description}}}}',
      createCommentUrl: 'https://cases.example.com/api/cases/{{{external.system.id}}}/comments',
      createCommentMethod: 'post',
      createCommentJson: '{"body":{{{case.comment}}}}',
    },
    secrets: { user: 'patchbay', password: 'the-password' },
    params: {
      subAction: 'pushToService',
      subActionParams: {
        incident: { title: 'Disk is full on host-1', tags: ['disk'] },
        comments: [{ commentId: '1', comment: 'Seen first at 10:00' }],
      },
    },
  },
  async execute(context) {
    if (!isComplete(context.config, context.secrets)) {
      throw new Error('[Action]Webhook - Case Management: Wrong configuration.');
    }
    return pushToService(context.params.subActionParams, casesWebhookService(context));
  },
});

function isComplete(config: Config, secrets: Secrets): boolean {
  const hasUrls =
    config.getIncidentUrl && config.createIncidentUrl && config.viewIncidentUrl && config.updateIncidentUrl;
  const hasBasic = !usesBasic(config) || (secrets.user && secrets.password);
  const tls = webhookTls(config, secrets);
  const hasCertificate = !usesSsl(config) || tls?.pfx !== undefined || tls?.cert !== undefined;
  return Boolean(hasUrls && hasBasic && hasCertificate);
}
