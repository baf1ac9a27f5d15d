import { describe, expect, it } from 'vitest';
import { standardWebhooksHeaders } from './standard-webhooks.ts';

/** The vector of the specification's own libraries. */
const message = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  sentAt: new Date(1614265330 * 1000),
  body: '{"test": 2432232314}',
  keys: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
};
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

describe('a Standard Webhooks signature', () => {
  it('is the one of the specification', () => {
    expect(standardWebhooksHeaders(message)).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': SIGNATURE,
    });
  });

  it('is there once for each live key', () => {
    const other = `whsec_${Buffer.from('another key').toString('base64')}`;
    const alone = standardWebhooksHeaders({ ...message, keys: [other] })['webhook-signature'];
    const both = standardWebhooksHeaders({ ...message, keys: [...message.keys, other] });
    expect(both['webhook-signature']).toBe(`${SIGNATURE} ${alone}`);
  });
});
