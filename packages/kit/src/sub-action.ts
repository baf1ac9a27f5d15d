import { z } from 'zod';
import type { ActionContext, ExperimentalFeature } from './action-context.ts';
import { RunError } from './errors.ts';

/** Params of every sub-action type. What the named sub-action wants is checked when it runs. */
export const subActionParams = z.strictObject({
  subAction: z.string().meta({ title: 'Sub-action' }),
  subActionParams: z.record(z.string(), z.unknown()).nullish().meta({ title: 'Sub-action params' }),
});

type SubActionContext<Config, Secrets, Service, Params> = ActionContext<Config, Secrets, Params> & {
  service: Service;
};

/** One named operation. `params: null` passes what was given unchecked, absent params as `{}`. */
export interface SubAction<Config, Secrets, Service> {
  params: z.ZodType | null;
  /** Without it the type does not have this sub-action. Left out: it always has. */
  experimental?: ExperimentalFeature;
  // Method syntax on purpose: a sub-action is declared with its own params and kept here without them.
  run(context: SubActionContext<Config, Secrets, Service, never>): Promise<unknown> | unknown;
}

export type SubActions<Config, Secrets, Service> = Record<string, SubAction<Config, Secrets, Service>>;

/** Makes a sub-action of a type, whose `run` sees the type's config, secrets and service, and its own params. */
export type SubActionMaker<Config, Secrets, Service> = <Params extends z.ZodType>(
  params: Params,
  run: (context: SubActionContext<Config, Secrets, Service, z.output<Params>>) => Promise<unknown> | unknown,
  options?: Pick<SubAction<Config, Secrets, Service>, 'experimental'>,
) => SubAction<Config, Secrets, Service>;

/** The one there is: it only ties types together. */
export const subAction: SubActionMaker<unknown, unknown, unknown> = (params, run, options) => ({
  ...options,
  params,
  run: run as SubAction<unknown, unknown, unknown>['run'],
});

/** The `execute` of a sub-action type: finds the sub-action, checks its params, runs it; no value is `{}`. */
export function subActionRunner(
  subActions: SubActions<unknown, unknown, unknown>,
  service: ((context: ActionContext) => unknown) | undefined,
): (context: ActionContext) => Promise<unknown> {
  return async (context) => {
    if (Object.keys(subActions).length === 0) {
      throw new RunError('You should register at least one subAction for your connector type');
    }
    const { subAction: name, subActionParams: given } = context.params as z.output<typeof subActionParams>;
    const chosen = Object.hasOwn(subActions, name) ? subActions[name] : undefined;
    if (chosen === undefined || isOff(chosen, context)) {
      const { id, typeName, typeId } = context.connector;
      throw new RunError(
        `Sub action "${name}" is not registered. Connector id: ${id}. Connector name: ${typeName}. Connector type: ${typeId}`,
      );
    }
    const params = parseParams(chosen.params, given) as never;
    const data = await chosen.run({ ...context, params, service: service?.(context) });
    return data ?? {};
  };
}

function isOff(
  { experimental }: SubAction<unknown, unknown, unknown>,
  { settings }: Pick<ActionContext, 'settings'>,
): boolean {
  return experimental !== undefined && !settings.experimentalFeatures.has(experimental);
}

function parseParams(schema: z.ZodType | null, given: unknown): unknown {
  if (schema === null) return given ?? {};
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new RunError(`Request validation failed (${parsed.error.message})`, { source: 'user' });
}
