import { createHmac } from 'node:crypto';

export interface SignedMessage {
  /** Unique to the message; the same when it is sent again. */
  id: string;
  sentAt: Date;
  body: string;
  /** `whsec_<base64>`; more than one while keys are being changed. */
  keys: readonly string[];
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function standardWebhooksHeaders({ id, sentAt, body, keys }: SignedMessage): Record<string, string> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signatures = keys.map((key) => {
    const bytes = Buffer.from(key.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
