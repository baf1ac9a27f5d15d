import { standardWebhooksHeaders } from '@patchbay/kit';
import { standIn, testAction } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { webhook } from './webhook.ts';

const keys = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_AAECAwQFBgcICQoLDA0ODw=='];
const now = new Date('2026-01-01T00:00:00Z');

it.each([
  ['post', ' {"a": 1} ', '{"a": 1}'],
  ['get', 'never sent', ''],
])(
  'a signed %s carries the signatures of what leaves, whatever headers it was given',
  async (method, body, sent) => {
    await using service = await standIn();
    const headers = { 'Content-Type': 'application/json', 'Webhook-Signature': 'forged' };
    const config = { url: service.url, method, headers };
    await testAction(webhook, { config, params: { body }, signingKeys: keys, executionId: 'run-1', now });
    expect(service.received[0]).toMatchObject({
      body: sent,
      headers: standardWebhooksHeaders({ id: 'run-1', sentAt: now, body: sent, keys }),
    });
  },
);
