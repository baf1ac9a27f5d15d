import { z } from 'zod';
import type { ActionContext, ValidationContext } from './action-context.ts';
import type { ConnectorType } from './connector-type.ts';
import { ActionError, messageOf, RunError } from './errors.ts';
import type { ActionResult } from './result.ts';

/** A value that its type refuses. The message carries the reference's prefix and the field's path. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError';
}

export function validateParams(type: ConnectorType, params: unknown, context: ValidationContext): unknown {
  const prefix = 'error validating action params';
  const parsed = check(prefix, type.params, params);
  checkWith(prefix, () => type.validate.params?.(parsed, context));
  return parsed;
}

export function validateConfig(type: ConnectorType, config: unknown, context: ValidationContext): unknown {
  const prefix = 'error validating connector type config';
  const parsed = check(prefix, type.config, config);
  checkWith(prefix, () => type.validate.config?.(parsed, context));
  return parsed;
}

export function validateSecrets(type: ConnectorType, secrets: unknown, context: ValidationContext): unknown {
  const prefix = 'error validating connector type secrets';
  const parsed = check(prefix, type.secrets, secrets);
  checkWith(prefix, () => type.validate.secrets?.(parsed, context));
  return parsed;
}

/** The cross check of validated config and secrets. */
export function validateConnector(
  type: ConnectorType,
  connector: { config: unknown; secrets: unknown; givenSecrets?: unknown },
  context: ValidationContext,
): void {
  // The reference still says "action type" here, where it says "connector type" elsewhere.
  checkWith('error validating action type connector', () => {
    if (connector.config === null) throw new Error('config must be defined');
    if (connector.secrets === null) throw new Error('secrets must be defined');
    type.validate.connector?.(connector, context);
  });
}

/** Runs a type's action with validated input and turns whatever happens into a result. Never throws. */
export async function runAction(type: ConnectorType, context: ActionContext): Promise<ActionResult> {
  const actionId = type.actionId ?? context.connector.id;
  try {
    const data = await type.execute(context);
    return data === undefined || data === null
      ? { actionId, status: 'ok' }
      : { actionId, status: 'ok', data };
  } catch (error) {
    return { actionId, status: 'error', ...failure(error) };
  }
}

function failure(error: unknown): Omit<ActionResult, 'actionId' | 'status'> {
  if (error instanceof ActionError) {
    return {
      message: error.message,
      ...(error.serviceMessage !== undefined && { serviceMessage: error.serviceMessage }),
      ...(error.retry !== undefined && { retry: error.retry }),
      errorSource: 'user',
    };
  }
  return {
    message: 'an error occurred while running the action',
    serviceMessage: messageOf(error),
    retry: true,
    errorSource: error instanceof RunError ? error.source : 'framework',
  };
}

function check(prefix: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ValidationError(`${prefix}: ${z.prettifyError(parsed.error)}`);
}

function checkWith(prefix: string, validate: () => void): void {
  try {
    validate();
  } catch (cause) {
    throw new ValidationError(`${prefix}: ${messageOf(cause)}`, { cause });
  }
}
