import type { z } from 'zod';
import { actionsSettings } from './actions.ts';
import { elasticsearchSettings } from './elasticsearch.ts';
import { eventSettings } from './events.ts';
import { patchbaySettings } from './patchbay.ts';
import { securitySettings } from './security.ts';
import { serverSettings } from './server.ts';

/** Every setting, in groups: its key, what it takes, its default, what it does. Read once, at the start. */
export const settingGroups = {
  'The server': serverSettings,
  'Encryption, saved objects, spaces and sessions': securitySettings,
  Actions: actionsSettings,
  Elasticsearch: elasticsearchSettings,
  'Patchbay’s own': patchbaySettings,
  'The event log': eventSettings,
} as const;

export const settings = {
  ...serverSettings,
  ...securitySettings,
  ...actionsSettings,
  ...elasticsearchSettings,
  ...patchbaySettings,
  ...eventSettings,
};

export { UNUSED_ACTIONS_SETTINGS } from './actions.ts';
export { licenseTypes } from './patchbay.ts';

export type SettingKey = keyof typeof settings;

/** The settings' values, by key. Durations are milliseconds, sizes are bytes. */
export type Settings = { readonly [Key in SettingKey]: z.output<(typeof settings)[Key]> };
