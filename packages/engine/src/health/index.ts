export type { Answer, Reason } from './answer.ts';
export type { Link } from './chain.ts';
export type { Expiring } from './expiring.ts';
export { createExpiry, type Expiry } from './expiry.ts';
export { type ConnectorHealth, createHealth, type HealthReader, type WindowName } from './health.ts';
export type { HealthStatus } from './verdict.ts';
export { createWhy, type Why, type WhyReader } from './why.ts';
export type { Window } from './window.ts';
