export { type LoadedSettings, type LoadOptions, loadSettings } from './load.ts';
export { configurationReference } from './reference.ts';
export { licenseTypes, type SettingKey, type Settings, settings } from './settings/index.ts';
export { environmentName } from './sources.ts';
export { parseDuration } from './units.ts';
