import { type ActionContext, ActionError, clientCredentialsToken, messageOf } from '@patchbay/kit';
import { parseAdditionalFields } from './additional-fields.ts';
import { type Config, OAUTH, type Secrets } from './schema.ts';

type Context = ActionContext<Config, Secrets>;

export function usesOauth({ hasAuth, authType }: Config): boolean {
  return hasAuth && authType === OAUTH;
}

/** The `Authorization` header that OAuth gives, stored or new. Throws `ActionError`. */
export async function oauthHeader(context: Context): Promise<string> {
  const { config, secrets, connector, log } = context;
  const fail = (serviceMessage: string, cause?: unknown) => {
    log.error(`ConnectorId "${connector.id}": error "${serviceMessage}"`);
    return new ActionError('error calling webhook, request failed', { serviceMessage, cause });
  };
  let token: string | undefined;
  try {
    token = await clientCredentialsToken(
      {
        tokenUrl: config.accessTokenUrl ?? '',
        clientId: config.clientId ?? '',
        clientSecret: secrets.clientSecret,
        scope: config.scope,
        additionalFields: parseAdditionalFields(config.additionalFields ?? ''),
      },
      context,
    );
  } catch (cause) {
    throw fail(`Unable to retrieve/refresh the access token: ${messageOf(cause)}`, cause);
  }
  if (token === undefined) throw fail('Unable to retrieve new access token');
  return token;
}
