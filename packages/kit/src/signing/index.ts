export { type SignedMessage, standardWebhooksHeaders } from './standard-webhooks.ts';
