import type { SourceKind, TokenUsage } from '../action-context.ts';
import { createAllowedHosts } from '../allowed-hosts.ts';
import type { Cases } from '../cases/index.ts';
import type { ConnectorType } from '../connector-type.ts';
import { type Elasticsearch, ElasticsearchError } from '../elasticsearch.ts';
import { createHttpClient } from '../http/index.ts';
import { createLogger, type LogLevel } from '../logger.ts';
import type { TokenStore } from '../oauth/index.ts';
import type { OtherConnectors } from '../other-connectors.ts';
import type { ActionResult } from '../result.ts';
import {
  runAction,
  validateConfig,
  validateConnector,
  validateParams,
  validateSecrets,
} from '../run-action.ts';
import type { Smtp } from '../smtp.ts';
import { memoryTokens } from './memory-tokens.ts';
import { nodeSmtp } from './node-smtp.ts';
import { nodeTransport } from './node-transport.ts';
import { operatorSettings, type SettingsOverrides } from './operator-settings.ts';
import { playedBy } from './played-by.ts';

export interface TestRun {
  config?: unknown;
  secrets?: unknown;
  params: unknown;
  /** Hostnames that may be called. Default: all. */
  allowedHosts?: string[];
  /** Origins that are played by another: `{ 'https://api.example.com': vendor.url }`. For types whose service has one address. */
  origins?: Readonly<Record<string, string>>;
  /** What the operator has set; the rest are the defaults. */
  settings?: SettingsOverrides;
  /** Default: `http_request`. */
  source?: SourceKind;
  now?: Date;
  /** Default: one that says it is not configured. */
  elasticsearch?: Elasticsearch;
  /** Default: straight to the server that is named. */
  smtp?: Smtp;
  /** Default: an empty one. */
  tokens?: TokenStore;
  /** Default: there are none. */
  connectors?: OtherConnectors;
  /** Default: the run is for nobody. */
  cases?: Cases;
  executionId?: string;
  /** Default: the run is no attempt of a delivery. */
  deliveryId?: string;
  signingKeys?: readonly string[];
  signal?: AbortSignal;
}

export interface TestResult {
  result: ActionResult;
  logged: { level: LogLevel; message: string }[];
  requestBodyBytes: number;
  /** Names of the headers that the run kept from other origins, each once. */
  sensitiveHeaders: string[];
  /** As it is when it is asked for: a streamed answer is counted when it has ended. */
  tokenUsage(): TokenUsage | undefined;
}

/** Validates and runs one action as the engine does, over real sockets. Throws `ValidationError` on bad input. */
export async function testAction(type: ConnectorType, run: TestRun): Promise<TestResult> {
  const validation = {
    allowedHosts: createAllowedHosts(run.allowedHosts ?? ['*']),
    settings: operatorSettings(run.settings),
  };
  const params = validateParams(type, run.params, validation);
  const config = validateConfig(type, run.config ?? {}, validation);
  const secrets = validateSecrets(type, run.secrets ?? {}, validation);
  validateConnector(type, { config, secrets, givenSecrets: run.secrets ?? {} }, validation);
  const logged: TestResult['logged'] = [];
  const signal = run.signal ?? new AbortController().signal;
  const sensitiveHeaders = new Set<string>();
  const transport = playedBy(run.origins ?? {}, nodeTransport);
  let tokenUsage: TokenUsage | undefined;
  let requestBodyBytes = 0;
  const addRequestBodyBytes = (bytes: number) => {
    requestBodyBytes += bytes;
  };
  const result = await runAction(type, {
    config,
    secrets,
    params,
    connector: { id: 'test', name: 'Test', typeId: type.id, typeName: type.name, spaceId: 'default' },
    executionId: run.executionId ?? 'execution',
    deliveryId: run.deliveryId,
    source: run.source ?? 'http_request',
    settings: validation.settings,
    signingKeys: run.signingKeys ?? [],
    allowedHosts: validation.allowedHosts,
    http: createHttpClient({
      transport: (request) => {
        for (const name of request.sensitiveHeaders) sensitiveHeaders.add(name);
        return transport(request);
      },
      signal,
      userAgent: 'test',
      onRequestBodyBytes: addRequestBodyBytes,
    }),
    smtp: run.smtp ?? nodeSmtp,
    elasticsearch: run.elasticsearch ?? {
      request: notConfigured,
      stream: notConfigured,
      bulk: notConfigured,
    },
    tokens: run.tokens ?? memoryTokens(),
    connectors: run.connectors ?? { find: async () => undefined, run: noConnector },
    cases: run.cases,
    log: createLogger((level, message) => void logged.push({ level, message })),
    redact: (text) => text,
    addRequestBodyBytes,
    reportTokenUsage: (usage) => {
      tokenUsage = usage;
    },
    signal,
    now: () => run.now ?? new Date(),
  });
  return {
    result,
    logged,
    requestBodyBytes,
    sensitiveHeaders: [...sensitiveHeaders],
    tokenUsage: () => tokenUsage,
  };
}

async function notConfigured(): Promise<never> {
  throw new ElasticsearchError('the test gives no Elasticsearch');
}

async function noConnector(id: string): Promise<never> {
  throw new Error(`the test gives no connector "${id}"`);
}
