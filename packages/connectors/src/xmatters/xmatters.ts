import { ActionError, defineConnectorType, messageOf, statusFailure } from '@patchbay/kit';
import { type Config, config, params, type Secrets, secrets } from './schema.ts';
import { validateConfig, validateConnector, validateSecrets } from './validate.ts';

/** xMatters flows with an HTTP trigger. https://help.xmatters.com/ondemand/flowdesigner/http-trigger.htm */
export const xmatters = defineConnectorType({
  id: '.xmatters',
  name: 'xMatters',
  description: 'Triggers a flow in xMatters.',
  minimumLicense: 'gold',
  features: ['alerting', 'siem'],
  config,
  secrets,
  validate: { config: validateConfig, secrets: validateSecrets, connector: validateConnector },
  params,
  example: {
    name: 'On-call flow',
    config: { configUrl: 'https://acme.xmatters.com/api/integration/1/functions/11aa-22bb/triggers' },
    secrets: { user: 'patchbay', password: 'the-password' },
    params: {
      alertActionGroupName: 'Active',
      signalId: 'disk-host-1',
      ruleName: 'Disk is full',
      severity: 'High',
      spaceId: 'default',
    },
  },
  async execute({ config, secrets, params, http }) {
    const { alertActionGroupName, signalId, ruleName, date, severity, spaceId, tags } = params;
    const alert = {
      alertActionGroupName,
      signalId,
      ruleName,
      date,
      severity: severity || 'High',
      spaceId,
      tags,
    };
    const { url, auth } = triggerOf(config, secrets);
    const response = await http
      .post(url, { json: alert, ...(auth && { auth }), acceptStatus: () => true })
      .catch((cause) => Promise.reject(notTriggered(messageOf(cause), cause)));
    const { status } = response;
    if (status < 200 || status >= 300) throw statusFailure('Error triggering xMatters flow', status);
    return alert;
  },
});

/** What is called, and as whom: a URL with an API key speaks for itself. */
export function triggerOf({ usesBasic, configUrl }: Config, { secretsUrl, user, password }: Secrets) {
  const url = usesBasic ? configUrl : secretsUrl;
  if (!url) throw notTriggered('Error: no url provided');
  return { url, auth: usesBasic && user && password ? { user, password } : undefined };
}

function notTriggered(serviceMessage: string, cause?: unknown): ActionError {
  return new ActionError('Error triggering xMatters workflow', { serviceMessage, cause });
}
