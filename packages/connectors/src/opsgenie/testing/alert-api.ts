import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const API_KEY = '00000000-1111-2222-3333-444444444444';

const ACCEPTED = { result: 'Request will be processed', took: 0.107, requestId: '43a29c5c-3dbf-4fa4-9c26' };

/**
 * The vendor's alert API at `path`: asks for the key of the GenieKey scheme, a message of 130 characters at most, an
 * alias of 512; accepts, and works on it later. https://docs.opsgenie.com/docs/alert-api
 */
export function alertApi(path: string) {
  return standIn((request): StandInAnswer => {
    if (request.headers.authorization !== `GenieKey ${API_KEY}`) {
      return answer(401, { message: 'Could not authenticate', took: 0.001, requestId: 'r' });
    }
    const problem = problemOf(path, request);
    if (problem === undefined) return answer(202, ACCEPTED);
    return answer(422, {
      message: 'Request body is not processable. Please check the errors.',
      errors: problem,
      took: 0.002,
      requestId: 'r',
    });
  });
}

function problemOf(path: string, { method, url, headers, body }: ReceivedRequest): object | undefined {
  if (method !== 'POST' || headers['content-type'] !== 'application/json') return { method: 'wrong' };
  const { pathname, searchParams } = new URL(url, 'http://vendor');
  const fields = JSON.parse(body) as { message?: string; alias?: string };
  if (pathname === path) {
    const { message = '', alias = '' } = fields;
    if (message === '' || message.length > 130) return { message: 'Message can not be empty or too long.' };
    return alias.length > 512 ? { alias: 'Alias is too long.' } : undefined;
  }
  const isClose = pathname.startsWith(`${path}/`) && pathname.endsWith('/close');
  return isClose && searchParams.get('identifierType') === 'alias' ? undefined : { url: 'unknown' };
}

function answer(status: number, body: object): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
