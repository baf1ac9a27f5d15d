/** A path below the root, not one that a client would take for another host's (`//host/`, `/\host/`). */
const SLASHED = /^(\/(?![/\\]).*[^/])\/$/;

/** Where a URL that ends its path with one slash too many leads to; undefined for any other URL. */
export function withoutTrailingSlash(url: string): string | undefined {
  const queryAt = url.indexOf('?');
  const [path, query] = queryAt === -1 ? [url, ''] : [url.slice(0, queryAt), url.slice(queryAt)];
  const slashless = SLASHED.exec(path)?.[1];
  return slashless === undefined ? undefined : slashless + query;
}
