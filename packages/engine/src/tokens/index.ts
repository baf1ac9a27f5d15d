export { createTokens, type TokenOwner, type Tokens } from './tokens.ts';
