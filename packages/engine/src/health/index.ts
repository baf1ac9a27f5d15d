export type { Answer, Reason } from './answer.ts';
export type { Link } from './chain.ts';
export { type Expiring, expiringIn } from './expiring.ts';
export { createWhy, type Why, type WhyReader } from './why.ts';
