export { createKeystore, KEYSTORE_FILE, type Keystore, keystoreExists, openKeystore } from './keystore.ts';
export { findDataFolder, type LoadedSettings, type LoadOptions, loadSettings } from './load.ts';
export { operatorSettings } from './operator-settings.ts';
export { configurationReference } from './reference.ts';
export { licenseTypes, type SettingKey, type Settings, settings } from './settings/index.ts';
export { environmentName, keystoreKeyProblem } from './sources.ts';
export { parseDuration } from './units.ts';
export { yamlProblems } from './yaml-problems.ts';
