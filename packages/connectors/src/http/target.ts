import type { Config, Params, Secrets } from './schema.ts';

export interface Target {
  url: string;
  /** Names of the parameters in it that are shown to nobody. */
  secretParameters: string[];
}

/**
 * The address of a request. A path is appended to the path that there is. Of query parameters of one name the URL's own wins,
 * then the run's, then the secret one.
 */
export function toTarget(
  config: Pick<Config, 'url'>,
  { secretQueryParams }: Pick<Secrets, 'secretQueryParams'>,
  { url: ofRun, path, query = {} }: Pick<Params, 'url' | 'path' | 'query'>,
): Target {
  const base = ofRun ?? config.url;
  const url = new URL(base);
  if (path) url.pathname = `${url.pathname.replace(/\/$/, '')}${path.startsWith('/') ? '' : '/'}${path}`;
  const own = new Set(url.searchParams.keys());
  const added = Object.entries({ ...secretQueryParams, ...query }).filter(([name]) => !own.has(name));
  const secretParameters = added.map(([name]) => name).filter((name) => !Object.hasOwn(query, name));
  if (added.length > 0) url.search += `${url.search === '' ? '?' : '&'}${new URLSearchParams(added)}`;
  return { url: path || added.length > 0 ? url.href : base, secretParameters };
}
