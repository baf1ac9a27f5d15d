import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const PATH = '/api/integration/1/functions/11aa-22bb/triggers';
export const API_KEY = '33cc-44dd';
export const USER = { user: 'abc', password: '123' };

const error = (code: number, reason: string): StandInAnswer => ({
  status: code,
  body: JSON.stringify({ code, reason, message: 'never shown' }),
});

/** Plays the HTTP trigger of a flow. `limit`: requests that it takes in a minute before it answers 429. */
export function flowTrigger({ limit = Number.POSITIVE_INFINITY }: { limit?: number } = {}) {
  let taken = 0;
  return standIn((request) => {
    const refusal = refuse(request);
    if (refusal !== undefined) return refusal;
    if (++taken > limit) return error(429, 'Too Many Requests');
    return { status: 202, body: '{"requestId":"55ee-66ff"}' };
  });
}

function refuse({ method, url, headers, body }: ReceivedRequest): StandInAnswer | undefined {
  const { pathname, searchParams } = new URL(url, 'http://xmatters');
  if (pathname !== PATH) return error(404, 'Not Found');
  if (method !== 'POST') return error(405, 'Method Not Allowed');
  const isKey = searchParams.get('apiKey') === API_KEY && headers.authorization === undefined;
  const isUser = !searchParams.has('apiKey') && headers.authorization === 'Basic YWJjOjEyMw==';
  if (!isKey && !isUser) return error(401, 'Unauthorized');
  if (headers['content-type'] !== 'application/json') return error(415, 'Unsupported Media Type');
  const { severity } = JSON.parse(body);
  return severity ? undefined : error(400, 'Bad Request');
}
