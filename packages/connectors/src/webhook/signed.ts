import { type ActionContext, mergeHeaders, standardWebhooksHeaders } from '@patchbay/kit';
import type { WebhookRequest } from './request.ts';

/** The request with the signature of the body that leaves, where the connector signs. It wins over headers given. */
export function signed(
  request: WebhookRequest,
  { signingKeys, executionId, now }: Pick<ActionContext, 'signingKeys' | 'executionId' | 'now'>,
): WebhookRequest {
  if (signingKeys.length === 0) return request;
  const { options } = request;
  const body = options.text ?? '';
  const signature = standardWebhooksHeaders({ id: executionId, sentAt: now(), body, keys: signingKeys });
  return { ...request, options: { ...options, headers: mergeHeaders(options.headers, signature) } };
}
