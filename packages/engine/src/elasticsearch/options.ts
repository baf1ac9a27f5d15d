import { readFileSync } from 'node:fs';
import { messageOf, type TlsOptions } from '@patchbay/kit';
import type { SettingKey, Settings } from '../config/index.ts';
import { StartupError } from '../errors/index.ts';

export interface ElasticsearchOptions {
  /** At least one URL, none with a trailing slash. */
  hosts: readonly string[];
  username?: string | undefined;
  password?: string | undefined;
  serviceAccountToken?: string | undefined;
  apiKey?: string | undefined;
  requestTimeoutMs: number;
  customHeaders: Record<string, string>;
  tls: TlsOptions;
}

/** What the settings say of Elasticsearch, files read; undefined: no hosts. Throws `StartupError`. */
export function elasticsearchOptions(settings: Settings): ElasticsearchOptions | undefined {
  const hosts = settings['elasticsearch.hosts'];
  if (hosts === undefined) return undefined;
  const username = settings['elasticsearch.username'];
  const serviceAccountToken = settings['elasticsearch.serviceAccountToken'];
  const apiKey = settings['elasticsearch.apiKey'];
  if ([username, serviceAccountToken, apiKey].filter((one) => one !== undefined).length > 1) {
    throw new StartupError(
      'Only one of elasticsearch.username, elasticsearch.serviceAccountToken and elasticsearch.apiKey can be set.',
    );
  }
  return {
    hosts,
    username,
    password: settings['elasticsearch.password'],
    serviceAccountToken,
    apiKey,
    requestTimeoutMs: settings['elasticsearch.requestTimeout'],
    customHeaders: settings['elasticsearch.customHeaders'],
    tls: tlsOf(settings),
  };
}

function tlsOf(settings: Settings): TlsOptions {
  const authorities = settings['elasticsearch.ssl.certificateAuthorities'];
  const certificate = settings['elasticsearch.ssl.certificate'];
  const key = settings['elasticsearch.ssl.key'];
  const keystore = settings['elasticsearch.ssl.keystore.path'];
  if ((certificate === undefined) !== (key === undefined)) {
    throw new StartupError('elasticsearch.ssl.certificate and elasticsearch.ssl.key must be set together.');
  }
  if (keystore !== undefined && certificate !== undefined) {
    throw new StartupError(
      'elasticsearch.ssl.keystore.path cannot be used with elasticsearch.ssl.certificate and elasticsearch.ssl.key.',
    );
  }
  return {
    verificationMode: settings['elasticsearch.ssl.verificationMode'],
    ca: authorities
      ?.map((path) => read('elasticsearch.ssl.certificateAuthorities', path).toString('utf8'))
      .join('\n'),
    ...(certificate !== undefined && { cert: read('elasticsearch.ssl.certificate', certificate) }),
    ...(key !== undefined && {
      key: read('elasticsearch.ssl.key', key),
      passphrase: settings['elasticsearch.ssl.keyPassphrase'],
    }),
    ...(keystore !== undefined && {
      pfx: read('elasticsearch.ssl.keystore.path', keystore),
      passphrase: settings['elasticsearch.ssl.keystore.password'],
    }),
  };
}

function read(key: SettingKey, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new StartupError(`${key}: ${messageOf(cause)}`, { cause });
  }
}
