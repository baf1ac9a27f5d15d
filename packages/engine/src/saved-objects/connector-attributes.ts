import type { AuthMode, ConnectorType } from '@patchbay/kit';
import { z } from 'zod';
import { isMissingSecrets } from './missing-secrets.ts';
import type { SavedObject } from './saved-object.ts';

export interface ConnectorAttributes {
  actionTypeId: string;
  name: string;
  config: Record<string, unknown>;
  secrets: Record<string, unknown>;
  isMissingSecrets: boolean;
  authMode: AuthMode;
}

const values = z.record(z.string(), z.unknown());

const attributes = z.object({
  actionTypeId: z.string().min(1),
  name: z.string(),
  config: values.default({}),
  secrets: values.default({}),
  isMissingSecrets: z.boolean().optional(),
  authMode: z.enum(['shared', 'per-user']).default('shared'),
});

/** Why a connector in a file is not imported. */
export class ConnectorRefusal extends Error {}

/**
 * A connector as it is in a file. Its config is as the type's schema has it, with the defaults of what an older version did not
 * write; whether the hosts that it names are allowed, and the type is enabled, is asked before it runs. Throws
 * `ConnectorRefusal`.
 */
export function readConnector(
  object: SavedObject,
  findType: (id: string) => ConnectorType | undefined,
): ConnectorAttributes {
  const { data, error } = attributes.safeParse(object.attributes);
  if (error !== undefined)
    throw new ConnectorRefusal(`error reading the connector: ${z.prettifyError(error)}`);
  const type = findType(data.actionTypeId);
  if (type === undefined) throw new ConnectorRefusal(`Action type "${data.actionTypeId}" is not registered.`);
  if (type.isSystemActionType === true)
    throw new ConnectorRefusal(`System action creation is forbidden. Action type: ${type.id}.`);
  const config = type.config.safeParse(data.config);
  if (config.error !== undefined) {
    throw new ConnectorRefusal(`error validating connector type config: ${z.prettifyError(config.error)}`);
  }
  const parsed = config.data as Record<string, unknown>;
  return { ...data, config: parsed, isMissingSecrets: isIncomplete(type, { ...data, config: parsed }) };
}

/** As the file says; where it says nothing, or cannot be right, by what the type wants. */
function isIncomplete(
  type: ConnectorType,
  {
    config,
    secrets,
    isMissingSecrets: asWritten,
  }: Pick<z.output<typeof attributes>, 'config' | 'secrets' | 'isMissingSecrets'>,
): boolean {
  if (Object.keys(secrets).length > 0) return asWritten ?? false;
  return (asWritten ?? isMissingSecrets(type, config)) || !type.secrets.safeParse(secrets).success;
}
