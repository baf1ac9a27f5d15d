import {
  basicAuth,
  forgetTokenAfter,
  type HttpMethod,
  type HttpResponse,
  jwtBearerToken,
  withoutTrailingSlash,
} from '@patchbay/kit';
import type { AccountContext } from './account.ts';
import { tlsServerName } from './tls-server-name.ts';

/** An instance as one run sees it. `path` stands after the instance's URL. */
export interface Instance {
  /** Without a trailing slash. */
  url: string;
  /** Gives the `result` of the answer, which every API of ServiceNow wraps its answers in. */
  call(method: HttpMethod, path: string, json?: unknown): Promise<unknown>;
}

export function openInstance(context: AccountContext): Instance {
  const { config, secrets, http, connector } = context;
  if (!isConfigured(context)) throw new Error('[Action]ServiceNow: Wrong configuration.');
  const url = withoutTrailingSlash(config.apiUrl);

  async function authorization(): Promise<string> {
    const { username, password, clientSecret, privateKey, privateKeyPassword } = secrets;
    if (!config.isOAuth) return basicAuth({ user: username ?? '', password: password ?? '' });
    const token = await jwtBearerToken(
      {
        tokenUrl: `${url}/oauth_token.do`,
        clientId: config.clientId,
        keyId: config.jwtKeyId,
        userIdentifier: config.userIdentifierValue,
        clientSecret,
        privateKey,
        privateKeyPassword,
      },
      context,
    );
    if (token === undefined) {
      throw new Error(`Unable to retrieve access token for connectorId: ${connector.id}`);
    }
    return token;
  }

  return {
    url,
    async call(method, path, json) {
      // For each call anew: a run of many calls may outlive a token.
      const headers = { Authorization: await authorization() };
      const response = await http
        .request(method, `${url}${path}`, { json, headers, acceptStatus: isNoFailure })
        .catch(async (error) => {
          if (config.isOAuth) await forgetTokenAfter(error, context);
          throw error;
        });
      return resultOf(response, url);
    },
  };
}

function isConfigured({ config, secrets }: AccountContext): boolean {
  const { apiUrl, isOAuth, clientId, jwtKeyId, userIdentifierValue } = config;
  const { username, password, clientSecret, privateKey } = secrets;
  const needed = isOAuth
    ? [clientId, jwtKeyId, userIdentifierValue, clientSecret, privateKey]
    : [username, password];
  return [apiUrl, ...needed].every(Boolean);
}

function isNoFailure(status: number): boolean {
  return status >= 200 && status < 400;
}

/** An instance that hibernates, or asks for a login, answers with a page and a good status. */
function resultOf(response: HttpResponse, url: string): unknown {
  const { result = null } = Object(response.data()) as { result?: unknown };
  if (result === null) {
    throw new Error(`There is an issue with your Service Now Instance. Please check ${tlsServerName(url)}.`);
  }
  return result;
}
