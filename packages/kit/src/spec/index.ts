export { type AuthTypeId, authTypes } from './auth/index.ts';
export type {
  ConnectorSpec,
  SpecAction,
  SpecAuthType,
  SpecContext,
  SpecMetadata,
  SpecTestResult,
} from './connector-spec.ts';
export { defineConnectorSpec } from './define-connector-spec.ts';
export { withoutDisabledAuth } from './secrets-schema.ts';
