import type { Elasticsearch } from './elasticsearch.ts';
import type { HttpClient } from './http/index.ts';
import type { Logger } from './logger.ts';
import type { TokenStore } from './oauth/index.ts';

/** The hosts that outbound calls may go to (`xpack.actions.allowedHosts`). Both throw with the reference's text. */
export interface AllowedHosts {
  ensureUrlAllowed(url: string): void;
  ensureHostnameAllowed(hostname: string): void;
}

/** The operator's settings that decide what a connector may be. */
export interface ValidationSettings {
  webhook: { ssl: { pfx: { enabled: boolean } } };
}

/** What a validator may ask. It throws an Error whose message is the reason. */
export interface ValidationContext {
  allowedHosts: AllowedHosts;
  settings: ValidationSettings;
}

/** What one run of an action is given. Secrets are in clear for the length of the call: do not keep them. */
export interface ActionContext<Config = unknown, Secrets = unknown, Params = unknown> {
  config: Config;
  secrets: Secrets;
  params: Params;
  connector: { id: string; name: string; typeId: string; typeName: string; spaceId: string };
  /** One for each run, the same as in the event log. */
  executionId: string;
  /** What outgoing messages are signed with (Standard Webhooks), if this connector signs. */
  signingKeys: readonly string[];
  http: HttpClient;
  elasticsearch: Elasticsearch;
  tokens: TokenStore;
  log: Logger;
  /** Fires when the caller goes away or the run takes too long. */
  signal: AbortSignal;
  now(): Date;
}
