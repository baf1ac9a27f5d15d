import type { TokenStore } from '@patchbay/kit';

/** Makes the store when it is first asked for something: most runs ask for no token. */
export function lazyTokens(make: () => TokenStore): TokenStore {
  let made: TokenStore | undefined;
  const store = () => {
    made ??= make();
    return made;
  };
  return {
    get: () => store().get(),
    updateOrReplace: (token) => store().updateOrReplace(token),
    delete: () => store().delete(),
    shared: (obtain) => store().shared(obtain),
    http: () => store().http?.(),
  };
}
