import { expect, it } from 'vitest';
import { loadSettings } from './load.ts';
import { operatorSettings } from './operator-settings.ts';

it.each<[string[], string[]]>([
  [[], ['crowdstrikeConnectorRTROn']],
  [['microsoftDefenderEndpointCancelOn'], ['crowdstrikeConnectorRTROn', 'microsoftDefenderEndpointCancelOn']],
  [['disable:crowdstrikeConnectorRTROn', 'sentinelOneConnectorOn'], []],
])('experimental features: %j turns on %j', (names, on) => {
  const overrides = { 'xpack.stack_connectors.enableExperimental': names };
  const { settings } = loadSettings({ files: [], environment: {}, overrides });
  expect([...operatorSettings(settings).experimentalFeatures]).toEqual(on);
});
