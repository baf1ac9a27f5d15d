import { z } from 'zod';
import type { OperatorSettings } from '../action-context.ts';
import { type AuthType, authTypes, PFX } from './auth/index.ts';
import type { SpecAuthType } from './connector-spec.ts';

/** An auth type as a spec has it: what its secrets are. */
export interface AllowedAuth {
  type: AuthType;
  secrets: z.ZodObject;
}

export function allowedAuths(types: readonly SpecAuthType[]): AllowedAuth[] {
  return types.map((given) => {
    const { type: id, defaults, label } = typeof given === 'string' ? { type: given } : given;
    const type: AuthType = authTypes[id];
    const authType = z.literal(id).meta({ title: 'Authentication' });
    const secrets = type.fields(defaults).safeExtend({ authType });
    return { type, secrets: secrets.meta({ title: label ?? type.title }) };
  });
}

/** Secrets are told apart by `authType`. Where there is nothing to choose from, they are an object without fields. */
export function secretsSchema(choices: readonly z.ZodObject[]): z.ZodType<Record<string, unknown>> {
  const [first, ...others] = choices;
  if (first === undefined) return z.object({});
  return z.discriminatedUnion('authType', [first, ...others]).meta({ title: 'Authentication' });
}

/** The secrets of a type without the choices that the operator has turned off. */
export function withoutDisabledAuth(
  secrets: z.ZodType,
  { webhook }: Pick<OperatorSettings, 'webhook'>,
): z.ZodType {
  if (webhook.ssl.pfx.enabled || !(secrets instanceof z.ZodDiscriminatedUnion)) return secrets;
  const choices = secrets.options as unknown as readonly z.ZodObject[];
  return secretsSchema(choices.filter(({ shape }) => !shape.authType?.safeParse(PFX).success));
}
