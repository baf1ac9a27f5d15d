/**
 * Where a login goes on: the parameter `next` of the page that it came from, if that is a path of this server's, with the
 * page's own anchor; else the start page.
 */
export function nextUrl(currentUrl: string, basePath: string): string {
  const start = `${basePath}/`;
  const current = parsed(currentUrl);
  const next = current?.searchParams.get('next');
  if (current === undefined || next === null || next === undefined) return start;
  const isPath = next.startsWith('/') && !/^[/\\]{2}/.test(next) && parsed(next)?.origin === NOWHERE;
  const isOurs = basePath === '' || next === basePath || next.startsWith(start);
  return isPath && isOurs ? `${next}${current.hash}` : start;
}

const NOWHERE = 'http://nowhere.invalid';

function parsed(url: string): URL | undefined {
  return URL.canParse(url, NOWHERE) ? new URL(url, NOWHERE) : undefined;
}
