import {
  clientCredentialsToken,
  createHttpClient,
  jwtBearerToken,
  type Logger,
  messageOf,
} from '@patchbay/kit';
import type { Egress } from '../egress/index.ts';
import { BadRequestError } from '../errors/index.ts';
import { redactingLogger, redactor } from '../redaction/index.ts';

/** Credentials of a connector that is not there yet. */
export type AccessTokenRequest =
  | {
      type: 'jwt';
      tokenUrl: string;
      config: { clientId: string; jwtKeyId: string; userIdentifierValue: string };
      secrets: { clientSecret: string; privateKey: string; privateKeyPassword?: string | undefined };
    }
  | {
      type: 'client';
      tokenUrl: string;
      scope: string;
      config: { clientId: string };
      secrets: { clientSecret: string };
    };

interface Means {
  egress: Egress;
  userAgent: string;
  log: Logger;
  now(): Date;
}

/**
 * A token for an `Authorization` header, kept nowhere; null when the credentials are not complete. Throws
 * `BadRequestError`, in words of its own: what the service says is in the log.
 */
export async function requestAccessToken(request: AccessTokenRequest, means: Means): Promise<string | null> {
  const { egress, userAgent, now } = means;
  const { tokenUrl, config, secrets } = request;
  try {
    egress.allowedHosts.ensureUrlAllowed(tokenUrl);
  } catch (cause) {
    throw new BadRequestError(messageOf(cause), { cause });
  }
  const signal = new AbortController().signal;
  const context = {
    http: createHttpClient({ transport: egress.transportFor(undefined), signal, userAgent }),
    log: redactingLogger(means.log, redactor(secrets)),
    now,
  };
  try {
    const token =
      request.type === 'client'
        ? await clientCredentialsToken({ tokenUrl, ...config, ...secrets, scope: request.scope }, context)
        : await jwtBearerToken(
            {
              tokenUrl,
              clientId: config.clientId,
              keyId: request.config.jwtKeyId,
              userIdentifier: request.config.userIdentifierValue,
              clientSecret: secrets.clientSecret,
              privateKey: request.secrets.privateKey,
              privateKeyPassword: request.secrets.privateKeyPassword ?? null,
            },
            context,
          );
    return token ?? null;
  } catch (cause) {
    context.log.debug(`Failed to retrieve access token: ${messageOf(cause)}`);
    throw new BadRequestError('Failed to retrieve access token', { cause });
  }
}
