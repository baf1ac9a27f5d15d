import { connectorTypes } from '@patchbay/connectors';
import { readPreconfiguredAccess, readPreconfiguredSettings } from '@patchbay/engine/catalog';
import type { LoadedSettings, Settings } from '@patchbay/engine/config';
import { elasticsearchOptions } from '@patchbay/engine/elasticsearch';
import { StartupError } from '@patchbay/engine/errors';
import { parseStoreUrl } from '@patchbay/engine/store';
import { ALERT_HISTORY_CONNECTOR_ID, createAllowedHosts } from '@patchbay/kit';
import { serverTls } from '../http/server-tls.ts';
import { withOwnTypes } from '../own-types/index.ts';

/** What a start would find wrong with valid settings: files that cannot be read, parts that do not go together. */
export async function startProblems(loaded: LoadedSettings): Promise<string[]> {
  const { settings } = loaded;
  const problems = [serverTls, elasticsearchOptions, connectorSettings, connectorAccess, storeUrl].flatMap(
    (check) => {
      try {
        check(settings);
        return [];
      } catch (error) {
        return linesOf(error);
      }
    },
  );
  const ofTypes = await withOwnTypes(connectorTypes, loaded).then(() => [], linesOf);
  return [...problems, ...ofTypes];
}

function linesOf(error: unknown): string[] {
  if (!(error instanceof StartupError)) throw error;
  return error.message.split('\n');
}

function storeUrl(settings: Settings): void {
  parseStoreUrl(settings['patchbay.store.url'], settings['path.data']);
}

function connectorSettings(settings: Settings): void {
  readPreconfiguredSettings(settings['patchbay.connectorSettings'], {
    isPreconfigured: isPreconfiguredIn(settings),
    allowedHosts: createAllowedHosts(settings['xpack.actions.allowedHosts']),
  });
}

function connectorAccess(settings: Settings): void {
  readPreconfiguredAccess(settings['patchbay.connectorAccess'], isPreconfiguredIn(settings));
}

function isPreconfiguredIn(settings: Settings): (id: string) => boolean {
  const preconfigured = settings['xpack.actions.preconfigured'];
  const hasAlertHistory = settings['xpack.actions.preconfiguredAlertHistoryEsIndex'];
  return (id) => Object.hasOwn(preconfigured, id) || (hasAlertHistory && id === ALERT_HISTORY_CONNECTOR_ID);
}
