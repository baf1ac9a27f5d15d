export { parseAdditionalFields } from './additional-fields.ts';
export { BASIC, OAUTH, SSL, usesBasic, usesOauth, usesSsl } from './auth-type.ts';
export { sensitiveHeaders, webhookHeaders } from './headers.ts';
export { webhookOauthHeader } from './oauth-header.ts';
export {
  GO_TOGETHER,
  goTogether,
  type WebhookAuth,
  type WebhookCredentials,
  webhookAuthConfig,
  webhookCredentials,
  webhookSecrets,
  withoutAuth,
} from './schema.ts';
export { webhookTls } from './tls.ts';
export { ensureCallable, validateWebhookAuth } from './validate.ts';
