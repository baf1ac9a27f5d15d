import type { IncomingMessage } from 'node:http';
import { DEFAULT_SPACE_ID } from '@patchbay/engine/spaces';

/** Takes base path and space off request URLs, and remembers each request's space. */
export interface SpacePath {
  /** The URL that routes see. */
  rewrite(request: IncomingMessage): string;
  spaceOf(request: IncomingMessage): string;
}

export function createSpacePath(basePath: string): SpacePath {
  const spaces = new WeakMap<IncomingMessage, string>();
  return {
    rewrite(request) {
      const url = withoutPrefix(request.url ?? '/', basePath);
      const match = /^\/s\/([a-z0-9_-]+)(?=\/|\?|$)/.exec(url);
      if (match === null) return url;
      spaces.set(request, match[1] ?? DEFAULT_SPACE_ID);
      const rest = url.slice(match[0].length);
      return rest.startsWith('/') ? rest : `/${rest}`;
    },
    spaceOf: (request) => spaces.get(request) ?? DEFAULT_SPACE_ID,
  };
}

function withoutPrefix(url: string, basePath: string): string {
  const isBelow =
    basePath !== '' && (url === basePath || url.startsWith(`${basePath}/`) || url.startsWith(`${basePath}?`));
  if (!isBelow) return url;
  const rest = url.slice(basePath.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
