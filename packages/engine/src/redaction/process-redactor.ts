import { basicAuth } from '@patchbay/kit';
import type { Settings } from '../config/index.ts';
import { type Redactor, redactor } from './redactor.ts';
import { urlCredentials } from './url-credentials.ts';

/**
 * Takes out what the process itself keeps secret, whoever speaks: what it shows to proxies, to Elasticsearch and to
 * its database, and what opens its keys. The secrets of preconfigured connectors are theirs, as those of stored ones.
 */
export function processRedactor(settings: Settings): Redactor {
  const user = settings['elasticsearch.username'];
  const password = settings['elasticsearch.password'];
  const apiKey = settings['elasticsearch.apiKey'];
  return redactor(
    urlCredentials(settings['xpack.actions.proxyUrl']),
    urlCredentials(settings['patchbay.store.url']),
    urlCredentials(settings['patchbay.tracing.endpoint']),
    settings['patchbay.tracing.headers'],
    settings['xpack.actions.proxyHeaders'],
    settings['elasticsearch.customHeaders'],
    settings['elasticsearch.serviceAccountToken'],
    apiKey !== undefined && `ApiKey ${apiKey}`,
    password,
    user !== undefined && password !== undefined && basicAuth({ user, password }).slice('Basic '.length),
    settings['elasticsearch.ssl.keyPassphrase'],
    settings['elasticsearch.ssl.keystore.password'],
    settings['server.ssl.keyPassphrase'],
    settings['server.ssl.keystore.password'],
    settings['xpack.encryptedSavedObjects.encryptionKey'],
    settings['xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys'],
  );
}
