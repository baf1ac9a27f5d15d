import { ensureCallable, type ValidationContext, validateWebhookAuth } from '@patchbay/kit';
import type { Config } from './schema.ts';

const PREFIX = 'error validation webhook action config';

/** The checks past the schema: the first that fails is the answer. */
export function validateConfig(config: Config, context: ValidationContext): void {
  ensureCallable(config.url, context.allowedHosts, PREFIX);
  validateWebhookAuth(config, context, PREFIX);
}
