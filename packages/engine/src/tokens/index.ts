export { tokenDescriptor } from './descriptor.ts';
export { lazyTokens } from './lazy-tokens.ts';
export { createTokens, passingTokens, type TokenOwner, type TokenRun, type Tokens } from './tokens.ts';
