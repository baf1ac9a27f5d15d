import { hash, randomBytes } from 'node:crypto';

/** https://www.rfc-editor.org/rfc/rfc7636#section-4 */
export interface Pkce {
  codeVerifier: string;
  codeChallenge: string;
}

/** 96 bytes are 128 characters, the longest that a verifier may be. */
const VERIFIER_BYTES = 96;
const STATE_BYTES = 32;

export function newPkce(): Pkce {
  const codeVerifier = randomBytes(VERIFIER_BYTES).toString('base64url');
  return { codeVerifier, codeChallenge: hash('sha256', codeVerifier, 'base64url') };
}

export function newState(): string {
  return randomBytes(STATE_BYTES).toString('base64url');
}

/** What a state is stored under. */
export function stateId(state: string): string {
  return hash('sha256', state, 'base64url');
}
