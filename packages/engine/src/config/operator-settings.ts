import type { ExperimentalFeature, OperatorSettings } from '@patchbay/kit';
import type { Settings } from './settings/index.ts';

/** No mail has a longer body, whatever the setting says. */
export const MAX_EMAIL_BODY_LENGTH = 25_000_000;

/** The settings that connector types ask for, in the types' words. */
export function operatorSettings(settings: Settings): OperatorSettings {
  const host = settings['xpack.actions.email.services.ses.host'];
  const port = settings['xpack.actions.email.services.ses.port'];
  return {
    webhook: { ssl: { pfx: { enabled: settings['xpack.actions.webhook.ssl.pfx.enabled'] } } },
    email: {
      domainAllowlist: settings['xpack.actions.email.domain_allowlist'],
      recipientAllowlist: settings['xpack.actions.email.recipient_allowlist'],
      enabledServices: settings['xpack.actions.email.services.enabled'],
      ses: host === undefined || port === undefined ? undefined : { host, port },
      maximumBodyLength: Math.min(
        settings['xpack.actions.email.maximum_body_length'] ?? MAX_EMAIL_BODY_LENGTH,
        MAX_EMAIL_BODY_LENGTH,
      ),
      hasFooter: settings['xpack.actions.enableFooterInEmail'],
    },
    microsoft: {
      exchangeUrl: settings['xpack.actions.microsoftExchangeUrl'],
      graphApiUrl: settings['xpack.actions.microsoftGraphApiUrl'],
      graphApiScope: settings['xpack.actions.microsoftGraphApiScope'],
    },
    experimentalFeatures: experimentalFeatures(settings['xpack.stack_connectors.enableExperimental']),
    maxPayloadBytes: settings['xpack.actions.maxPayloadSize'],
    publicBaseUrl: settings['server.publicBaseUrl'],
  };
}

/** As the reference has them without the setting. */
const EXPERIMENTAL_DEFAULTS: Readonly<Record<ExperimentalFeature, boolean>> = {
  crowdstrikeConnectorRTROn: true,
  microsoftDefenderEndpointCancelOn: false,
};

function experimentalFeatures(names: readonly string[]): ReadonlySet<ExperimentalFeature> {
  const features = Object.keys(EXPERIMENTAL_DEFAULTS) as ExperimentalFeature[];
  return new Set(
    features.filter(
      (name) => !names.includes(`disable:${name}`) && (names.includes(name) || EXPERIMENTAL_DEFAULTS[name]),
    ),
  );
}
