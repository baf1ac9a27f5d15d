import type { Config } from './schema.ts';

const ENDPOINT = '/chat/completions';

/**
 * Where OpenAI's own client sends a chat: to that endpoint below its base, which is the URL without it; a deployment of
 * Azure is its own endpoint and keeps of its query the version of the API.
 */
export function iteratorUrl({ apiProvider, apiUrl }: Config): string {
  const url = new URL(apiUrl);
  if (apiProvider === 'Azure OpenAI') {
    const version = url.searchParams.get('api-version');
    url.search = version === null ? '' : new URLSearchParams({ 'api-version': version }).toString();
    return url.href;
  }
  return `${apiUrl.replace(/\/chat\/completions\/?$/, '').replace(/\/$/, '')}${ENDPOINT}`;
}
