import { messageOf, RunError } from '../../errors.ts';
import { clientAround, type HttpClient, HttpStatusError, mergeHeaders } from '../../http/index.ts';
import { forgetTokenAfter, TokenError } from '../../oauth/index.ts';
import type { AuthContext } from './auth-type.ts';

/** Each request has the token, which is kept between runs; one that the service refuses is forgotten. */
export function tokenClient(
  context: Omit<AuthContext, 'secrets'>,
  obtain: () => Promise<string | undefined>,
): HttpClient {
  return clientAround(context.http, async (call, send) => {
    const headers = mergeHeaders(call.options.headers, { Authorization: await obtained(obtain) });
    try {
      return await send({ ...call, options: { ...call.options, headers } });
    } catch (error) {
      if (error instanceof HttpStatusError && error.response.status === 401)
        await forgetTokenAfter(error, context);
      throw error;
    }
  });
}

async function obtained(obtain: () => Promise<string | undefined>): Promise<string> {
  let token: string | undefined;
  try {
    token = await obtain();
  } catch (cause) {
    throw new RunError(`Unable to retrieve/refresh the access token: ${messageOf(cause)}`, {
      source: cause instanceof TokenError ? 'user' : 'framework',
      cause,
    });
  }
  if (token === undefined) throw new RunError('Unable to retrieve new access token', { source: 'user' });
  return token;
}
