import type { StoredToken, TokenStore } from '../oauth/index.ts';

/** A token store for the runs that share it, one after the other. */
export function memoryTokens(stored?: StoredToken): TokenStore {
  let kept = stored;
  return {
    get: async () => kept,
    async updateOrReplace(token) {
      kept = token;
    },
    async delete() {
      kept = undefined;
    },
    shared: (obtain) => obtain(),
  };
}
