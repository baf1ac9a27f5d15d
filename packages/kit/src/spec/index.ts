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
export { reasonAt } from './reason-at.ts';
export { withoutDisabledAuth } from './secrets-schema.ts';
export { urlPath } from './url-path.ts';
