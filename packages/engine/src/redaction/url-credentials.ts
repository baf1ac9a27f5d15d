import { basicAuth } from '@patchbay/kit';

/**
 * The credentials in the URLs of a value, at any depth. Not secrets to whoever may read it; secrets in a text that
 * goes elsewhere. A user is a name, but where there is no password beside it.
 */
export function urlCredentials(value: unknown): string[] {
  if (typeof value === 'string') return credentialsOf(value);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(urlCredentials);
}

function credentialsOf(text: string): string[] {
  const [, userinfo] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(text) ?? [];
  if (userinfo === undefined) return [];
  const colon = userinfo.indexOf(':');
  if (colon === -1) return [userinfo, decoded(userinfo)];
  const [user, password] = [userinfo.slice(0, colon), userinfo.slice(colon + 1)].map(decoded) as [
    string,
    string,
  ];
  const basic = basicAuth({ user, password }).slice('Basic '.length);
  return [userinfo, `${user}:${password}`, userinfo.slice(colon + 1), password, basic];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A `%` that is just one.
    return text;
  }
}
