import { z } from 'zod';
import type { ActionContext, AllowedHosts } from '../action-context.ts';
import { type ConnectorType, defineConnectorType } from '../connector-type.ts';
import { messageOf, RunError } from '../errors.ts';
import { type AddedOptions, clientWith, type HttpClient } from '../http/index.ts';
import { ensureAllowed } from '../service/index.ts';
import { AUTHORIZATION_CODE } from './auth/index.ts';
import type { ConnectorSpec, SpecAction, SpecContext } from './connector-spec.ts';
import { handlerFailure } from './handler-failure.ts';
import { ensureWithinLimit, paramsSchema } from './params-schema.ts';
import { type AllowedAuth, allowedAuths, secretsSchema, withoutDisabledAuth } from './secrets-schema.ts';

type Secrets = Record<string, unknown>;

/** As some clients repeat it beside the secrets, whose own is the one that counts. */
const authType = z.string().optional().meta({ title: 'Authentication type' });

const ID = /^\.[A-Za-z0-9._-]{1,63}$/;

/**
 * The connector type that a spec declares: `defineConnectorType` for services that are HTTP calls and no more.
 * Authentication, the choice between actions, limits and the words of failures are the framework's.
 */
export function defineConnectorSpec<
  Inputs extends Record<string, z.ZodType>,
  Schema extends z.ZodObject = z.ZodObject<Record<never, never>>,
>(spec: ConnectorSpec<Schema, Inputs>): ConnectorType {
  const { metadata, auth = {}, schema = z.strictObject({}), validateUrls, example } = spec;
  if (!ID.test(metadata.id)) {
    throw new TypeError(
      `connector type id "${metadata.id}" must start with a dot, be letters, digits, ".", "_" and "-", and 64 characters at most`,
    );
  }
  const actions = actionsOf(spec as ConnectorSpec<z.ZodObject, Record<string, z.ZodType>>);
  const auths = allowedAuths(auth.types ?? []);
  const secrets = secretsSchema(auths.map(({ secrets }) => secrets));
  const authorizationCode = auths.some(({ type }) => type.id === AUTHORIZATION_CODE);

  return defineConnectorType({
    id: metadata.id,
    name: metadata.displayName,
    description: metadata.description,
    ...(metadata.docsUrl !== undefined && { docsUrl: metadata.docsUrl }),
    minimumLicense: metadata.minimumLicense,
    features: metadata.supportedFeatureIds,
    ...(metadata.isTechnicalPreview !== undefined && { isExperimental: metadata.isTechnicalPreview }),
    source: 'spec',
    ...(authorizationCode && { authorizationCode: {} }),
    ...(example !== undefined && { example }),
    config: (schema as z.ZodObject).safeExtend({ authType }),
    secrets,
    params: paramsSchema(actions),
    validate: {
      config(config, { allowedHosts }) {
        for (const field of validateUrls?.fields ?? []) ensureUrl(config[field], allowedHosts);
      },
      secrets(given, { allowedHosts, settings }) {
        const { error } = withoutDisabledAuth(secrets, settings).safeParse(given);
        if (error !== undefined) throw new Error(z.prettifyError(error));
        for (const field of authOf(auths, given)?.type.urls ?? []) ensureUrl(given[field], allowedHosts);
      },
      params: (params, { settings }) => ensureWithinLimit(params, settings),
    },
    async execute(context) {
      const { params, log, connector } = context;
      const { subAction, subActionParams, fetchOptions } = params;
      const action = Object.hasOwn(actions, subAction) ? actions[subAction] : undefined;
      if (action === undefined) {
        const text = `[Action][ExternalService] Unsupported subAction type ${subAction}.`;
        log.error(text);
        throw new RunError(text);
      }
      try {
        const client = clientOf(auths, context, {
          headers: auth.headers ?? {},
          ...(fetchOptions?.max_content_length !== undefined && {
            maxResponseBytes: fetchOptions.max_content_length,
            raisesLimit: true,
          }),
        });
        return (await action.handler(specContext(context, client), subActionParams as never)) ?? {};
      } catch (error) {
        log.error(`error on ${connector.id} event: ${messageOf(error)}`);
        throw handlerFailure(error, { failureText: spec.failureText, now: context.now() });
      }
    },
  });
}

type AnyAction = SpecAction<unknown, z.ZodType>;

/** Those that are named, and `test` where the spec has one. */
function actionsOf({
  actions,
  test,
}: ConnectorSpec<z.ZodObject, Record<string, z.ZodType>>): Readonly<Record<string, AnyAction>> {
  if (test === undefined) return actions as Record<string, AnyAction>;
  if (Object.hasOwn(actions, 'test')) throw new TypeError('a spec with an action "test" has no other test');
  const { description, handler } = test;
  const testAction = {
    ...(description !== undefined && { description }),
    input: z.strictObject({}),
    handler: (context: SpecContext<never>) => handler(context),
  };
  return { ...actions, test: testAction } as Record<string, AnyAction>;
}

function ensureUrl(url: unknown, allowedHosts: AllowedHosts): void {
  if (url !== undefined) ensureAllowed(String(url), allowedHosts, 'error validating url');
}

function authOf(auths: readonly AllowedAuth[], { authType }: Secrets): AllowedAuth | undefined {
  return auths.find(({ type }) => type.id === authType);
}

/** What the spec adds is for the service: it does not go where tokens are asked for. */
function clientOf(
  auths: readonly AllowedAuth[],
  context: ActionContext<unknown, Secrets>,
  added: AddedOptions,
): HttpClient {
  const authenticated = authOf(auths, context.secrets)?.type.client(context) ?? context.http;
  return clientWith(authenticated, added);
}

function specContext(
  { config, secrets, connector, deliveryId, log, now, signal }: ActionContext<unknown, Secrets>,
  client: HttpClient,
): SpecContext<unknown> {
  return { client, config, secrets, connector, deliveryId, log, now, signal };
}
