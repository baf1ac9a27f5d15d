import type { Cases } from './cases/index.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import type { HttpClient } from './http/index.ts';
import type { Logger } from './logger.ts';
import type { TokenStore } from './oauth/index.ts';
import type { OtherConnectors } from './other-connectors.ts';
import type { Smtp } from './smtp.ts';

/** The hosts that outbound calls may go to (`xpack.actions.allowedHosts`). Both throw with the reference's text. */
export interface AllowedHosts {
  ensureUrlAllowed(url: string): void;
  ensureHostnameAllowed(hostname: string): void;
}

/** Parts of types that an operator turns on and off, by the names that the reference's setting has for them. */
export type ExperimentalFeature = 'crowdstrikeConnectorRTROn' | 'microsoftDefenderEndpointCancelOn';

/** The operator's settings that decide what a connector may be and what its runs do. */
export interface OperatorSettings {
  webhook: { ssl: { pfx: { enabled: boolean } } };
  email: {
    /** undefined: any. */
    domainAllowlist: readonly string[] | undefined;
    /** Patterns with `*`; undefined: any. */
    recipientAllowlist: readonly string[] | undefined;
    /** By the names that the setting has for them; `*` for all. */
    enabledServices: readonly string[];
    ses: { host: string; port: number } | undefined;
    /** In characters. */
    maximumBodyLength: number;
    hasFooter: boolean;
  };
  microsoft: { exchangeUrl: string; graphApiUrl: string; graphApiScope: string };
  experimentalFeatures: ReadonlySet<ExperimentalFeature>;
  /** The largest params and the largest answer that a type may ask for, in bytes. */
  maxPayloadBytes: number;
  /** Where people reach this server, without a trailing slash. */
  publicBaseUrl: string | undefined;
}

/** What a run was asked for by. */
export type SourceKind = 'http_request' | 'saved_object' | 'notification' | 'background_task';

/** What a validator may ask. It throws an Error whose message is the reason. */
export interface ValidationContext {
  allowedHosts: AllowedHosts;
  settings: OperatorSettings;
}

/** In tokens. */
export interface TokenUsage {
  prompt: number;
  completion: number;
  total: number;
}

/** What one run of an action is given. Secrets are in clear for the length of the call: do not keep them. */
export interface ActionContext<Config = unknown, Secrets = unknown, Params = unknown> {
  config: Config;
  secrets: Secrets;
  params: Params;
  connector: { id: string; name: string; typeId: string; typeName: string; spaceId: string };
  /** One for each run, the same as in the event log. */
  executionId: string;
  /**
   * Of the delivery that this run is an attempt of: the same on each, so that a service that knows it can drop what it has had.
   * undefined: somebody waits for the run, and it is not repeated.
   */
  deliveryId: string | undefined;
  source: SourceKind;
  settings: OperatorSettings;
  /** What outgoing messages are signed with (Standard Webhooks), if this connector signs. */
  signingKeys: readonly string[];
  /** For an error of the type's own; every call is checked when it leaves, whoever asked. */
  allowedHosts: AllowedHosts;
  http: HttpClient;
  smtp: Smtp;
  elasticsearch: Elasticsearch;
  tokens: TokenStore;
  /** For types that act through another connector. */
  connectors: OtherConnectors;
  /** Of whom the run is for; undefined: it is for nobody. */
  cases: Cases | undefined;
  log: Logger;
  /** Takes the run's secrets out of a text. Results and log lines are gone through anyway: for one that is cut before. */
  redact(text: string): string;
  /** For the event log: what leaves other than by `http`, which counts by itself. */
  addRequestBodyBytes(bytes: number): void;
  /** For the event log: what a language model counted. Told once; of a streamed answer in its `afterEnd` at the latest. */
  reportTokenUsage(usage: TokenUsage): void;
  /** Fires when the caller goes away or the run takes too long. */
  signal: AbortSignal;
  now(): Date;
}
