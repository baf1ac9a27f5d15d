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
    hosts: hosts.map(hostUrl),
    username,
    password: settings['elasticsearch.password'],
    serviceAccountToken,
    apiKey,
    requestTimeoutMs: settings['elasticsearch.requestTimeout'],
    customHeaders: settings['elasticsearch.customHeaders'],
    tls: tlsOf(settings),
  };
}

/** The same cluster, for requests that carry somebody else's. */
export function withoutCredentials(
  options: ElasticsearchOptions | undefined,
): ElasticsearchOptions | undefined {
  if (options === undefined) return undefined;
  const {
    username: _user,
    password: _password,
    serviceAccountToken: _token,
    apiKey: _key,
    ...rest
  } = options;
  const others = Object.entries(rest.customHeaders).filter(
    ([name]) => name.toLowerCase() !== 'authorization',
  );
  return { ...rest, customHeaders: Object.fromEntries(others) };
}

/** Credentials in a URL would be shown wherever the URL is. */
function hostUrl(text: string): string {
  const { username, password } = new URL(text);
  if (username !== '' || password !== '') {
    throw new StartupError(
      'elasticsearch.hosts: expected URLs without credentials: they go into elasticsearch.username and elasticsearch.password.',
    );
  }
  return text.replace(/\/+$/, '');
}

function tlsOf(settings: Settings): TlsOptions {
  const authorities = settings['elasticsearch.ssl.certificateAuthorities'];
  const certificate = settings['elasticsearch.ssl.certificate'];
  const key = settings['elasticsearch.ssl.key'];
  const keystore = settings['elasticsearch.ssl.keystore.path'];
  if (keystore !== undefined && certificate !== undefined) {
    throw new StartupError(
      'elasticsearch.ssl.keystore.path cannot be used with elasticsearch.ssl.certificate and elasticsearch.ssl.key.',
    );
  }
  return {
    verificationMode: settings['elasticsearch.ssl.verificationMode'],
    ca:
      authorities &&
      [authorities]
        .flat()
        .map((path) => read('elasticsearch.ssl.certificateAuthorities', path).toString('utf8'))
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
