import type { ValidationSettings } from '@patchbay/kit';
import type { Settings } from './settings/index.ts';

/** The settings that the connector types' own checks ask for. */
export function validationSettings(
  settings: Pick<Settings, 'xpack.actions.webhook.ssl.pfx.enabled'>,
): ValidationSettings {
  return { webhook: { ssl: { pfx: { enabled: settings['xpack.actions.webhook.ssl.pfx.enabled'] } } } };
}
