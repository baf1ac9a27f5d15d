import { type ActionContext, mergeHeaders, standardWebhooksHeaders } from '@patchbay/kit';
import type { WebhookRequest } from './request.ts';

/** The request with the signatures of the body that leaves. They win over headers given. */
export function signed(
  request: WebhookRequest,
  {
    signingKeys,
    executionId,
    deliveryId,
    now,
  }: Pick<ActionContext, 'signingKeys' | 'executionId' | 'deliveryId' | 'now'>,
): WebhookRequest {
  const { options } = request;
  const body = options.text ?? '';
  const id = deliveryId ?? executionId;
  const signature = standardWebhooksHeaders({ id, sentAt: now(), body, keys: signingKeys });
  return { ...request, options: { ...options, headers: mergeHeaders(options.headers, signature) } };
}
