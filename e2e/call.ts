/** The first user's password, for servers that are started with `ELASTIC_PASSWORD`. */
export const PASSWORD = 'changeme';

const BASIC = `Basic ${Buffer.from(`elastic:${PASSWORD}`).toString('base64')}`;

/** One call of the API as a well-behaved client makes it, by the first user, or with what is given. */
export async function call(url: string, method: string, path: string, body?: unknown, authorization = BASIC) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization,
      'kbn-xsrf': 'true',
      'x-elastic-internal-origin': 'e2e',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}
