export type {
  ActionContext,
  AllowedHosts,
  ExperimentalFeature,
  OperatorSettings,
  SourceKind,
  TokenUsage,
  ValidationContext,
} from './action-context.ts';
export { ALERT_HISTORY_CONNECTOR_ID, ALERT_HISTORY_PREFIX } from './alert-history.ts';
export { createAllowedHosts } from './allowed-hosts.ts';
export * from './cases/index.ts';
export {
  type ConnectorExample,
  type ConnectorType,
  defineConnectorType,
  type FeatureId,
  type HookContext,
  type LicenseType,
  type Notice,
  type PlainDeclaration,
  type RenderContext,
  type RuleAction,
  type RuleFacts,
  type RuleOrigin,
  type SubActionDeclaration,
} from './connector-type.ts';
export {
  type BulkAnswer,
  type BulkItem,
  type BulkRequest,
  type Elasticsearch,
  type ElasticsearchAnswer,
  ElasticsearchError,
  type ElasticsearchRequest,
} from './elasticsearch.ts';
export {
  ActionError,
  type ActionErrorOptions,
  type ErrorSource,
  messageOf,
  type Retry,
  RunError,
} from './errors.ts';
export * from './http/index.ts';
export * from './incident/index.ts';
export * from './language-model/index.ts';
export { createLogger, type Logger, type LogLevel } from './logger.ts';
export { momentOf } from './moment.ts';
export * from './oauth/index.ts';
export type { OtherConnectors } from './other-connectors.ts';
export type { ActionResult } from './result.ts';
export { ruleSchema } from './rule-schema.ts';
export {
  runAction,
  ValidationError,
  validateConfig,
  validateConnector,
  validateParams,
  validateSecrets,
} from './run-action.ts';
export * from './service/index.ts';
export * from './signing/index.ts';
export type { Smtp, SmtpConnection, SmtpMessage, SmtpRequest, SmtpServer } from './smtp.ts';
export * from './spec/index.ts';
export * from './sse/index.ts';
export { StreamedData } from './streamed-data.ts';
export type { SubAction, SubActionMaker, SubActions } from './sub-action.ts';
export { type SubActionChoice, subActionChoice } from './sub-action-choice.ts';
export * from './template/index.ts';
export * from './token-count/index.ts';
export * from './webhook-auth/index.ts';
