export const BASIC = 'webhook-authentication-basic';
export const SSL = 'webhook-authentication-ssl';
export const OAUTH = 'webhook-oauth2-client-credentials';

interface Auth {
  hasAuth: boolean;
  authType?: string | null | undefined;
}

/** Also where nothing is said of the kind: older connectors. */
export function usesBasic({ hasAuth, authType }: Auth): boolean {
  return hasAuth && (authType ?? BASIC) === BASIC;
}

/** A client certificate. */
export function usesSsl({ hasAuth, authType }: Auth): boolean {
  return hasAuth && authType === SSL;
}

export function usesOauth({ hasAuth, authType }: Auth): boolean {
  return hasAuth && authType === OAUTH;
}
