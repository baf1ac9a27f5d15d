import { readFileSync, statSync } from 'node:fs';

/** The API level that this server speaks; clients gate features on it. */
export const API_LEVEL = '9.4.0';

const manifest = new URL('../package.json', import.meta.url);

/** Patchbay's own version. */
export const PATCHBAY_VERSION: string = JSON.parse(readFileSync(manifest, 'utf8')).version;

/** When this copy of Patchbay was put in its place. */
export const INSTALLED_AT = statSync(manifest).mtime;
