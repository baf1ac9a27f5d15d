import type { AllowedHosts } from './action-context.ts';

/**
 * The check behind `xpack.actions.allowedHosts`: a URL's hostname must equal an entry, exactly; `*` allows
 * everything, also text that is no URL. The error texts are the reference's.
 */
export function createAllowedHosts(entries: readonly string[]): AllowedHosts {
  const any = entries.includes('*');
  const allowed = new Set(entries);
  const isAllowed = (hostname: string | undefined) => hostname !== undefined && allowed.has(hostname);
  const refuse = (what: string, value: string): never => {
    throw new Error(`target ${what} "${value}" is not added to the Kibana config xpack.actions.allowedHosts`);
  };
  return {
    ensureUrlAllowed: (url) => void (any || isAllowed(URL.parse(url)?.hostname) || refuse('url', url)),
    ensureHostnameAllowed: (hostname) => void (any || isAllowed(hostname) || refuse('hostname', hostname)),
  };
}
