export { tokenDescriptor } from './descriptor.ts';
export { createTokens, passingTokens, type TokenOwner, type TokenRun, type Tokens } from './tokens.ts';
