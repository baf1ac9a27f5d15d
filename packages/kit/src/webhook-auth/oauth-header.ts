import type { ActionContext } from '../action-context.ts';
import { ActionError, messageOf } from '../errors.ts';
import { clientCredentialsToken } from '../oauth/index.ts';
import { parseAdditionalFields } from './additional-fields.ts';
import type { WebhookAuth, WebhookCredentials } from './schema.ts';

type Context = ActionContext<WebhookAuth, WebhookCredentials>;

/**
 * The `Authorization` header that OAuth gives, stored or new. Throws `ActionError`, whose message begins with what the
 * type is `doing`, such as `error calling webhook`.
 */
export async function webhookOauthHeader(context: Context, doing: string): Promise<string> {
  const { config, secrets, connector, log } = context;
  const fail = (serviceMessage: string, cause?: unknown) => {
    log.error(`ConnectorId "${connector.id}": error "${serviceMessage}"`);
    return new ActionError(`${doing}, request failed`, { serviceMessage, cause });
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
