import { createHash } from 'node:crypto';
import { type ActionContext, onlyThrottlingIsTheUsers, serviceRequester } from '@patchbay/kit';
import type { z } from 'zod';
import type { ClosedAlert, config, NewAlert, secrets } from './alert-schema.ts';
import { MESSAGE_MAX } from './alert-schema.ts';

/** https://docs.opsgenie.com/docs/alert-api#create-alert */
const ALIAS_MAX = 512;

export interface AlertService {
  create(alert: NewAlert): Promise<unknown>;
  close(alert: ClosedAlert): Promise<unknown>;
}

/** The alert API at `path`, relative to the API URL, which both services have. */
export function alertService(
  context: ActionContext<z.output<typeof config>, z.output<typeof secrets>>,
  path: string,
  responseSchema: z.ZodType,
): AlertService {
  const { config, secrets, connector, deliveryId, log } = context;
  const request = serviceRequester(context, {
    failureText: ({ response, message }) => failureText(response?.data(), message),
    sourceOf: onlyThrottlingIsTheUsers,
  });
  const post = async (relative: string, data: unknown, query?: Record<string, string>) => {
    const url = new URL(relative, config.apiUrl);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const answer = await request({
      method: 'POST',
      url: url.href,
      data,
      headers: { Authorization: `GenieKey ${secrets.apiKey}` },
      sensitiveHeaders: ['authorization'],
      responseSchema,
    });
    return answer.data;
  };
  return {
    create(alert) {
      const { length } = alert.message;
      if (length > MESSAGE_MAX) {
        log.warn(
          `connector "${connector.id}" message length ${length} exceeds ${MESSAGE_MAX} and has been truncated`,
        );
      }
      return post(path, toAlert(alert, deliveryId));
    },
    close({ alias, ...rest }) {
      return post(`${path}/${shortAlias(alias)}/close`, rest, { identifierType: 'alias' });
    },
  };
}

/**
 * What is sent of a new alert: a message and an alias that the service takes. Without an alias it has its delivery's id for
 * one: what comes again with it is counted on the open alert.
 * https://support.atlassian.com/opsgenie/docs/what-is-alert-de-duplication/
 */
export function toAlert(alert: NewAlert, deliveryId?: string): NewAlert {
  const { message } = alert;
  const alias = alert.alias || deliveryId || alert.alias;
  return {
    ...alert,
    message: message.slice(0, MESSAGE_MAX),
    ...(alias !== undefined && { alias: shortAlias(alias) }),
  };
}

/** The same for the same alias, so that a close finds the alert. */
export function shortAlias(alias: string): string {
  return alias.length <= ALIAS_MAX ? alias : `sha-${createHash('sha256').update(alias).digest('hex')}`;
}

/** The service's own words, then its list of errors. */
export function failureText(body: unknown, clientMessage: string | undefined): string {
  const { message, errors } = typeof body === 'object' && body !== null ? (body as Failure) : {};
  const text = (typeof message === 'string' && message) || clientMessage || 'unknown error';
  return errors === undefined || errors === null ? text : `${text}: ${JSON.stringify(errors)}`;
}

interface Failure {
  message?: unknown;
  errors?: unknown;
}
