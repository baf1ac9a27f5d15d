import type { ConnectorType } from '@patchbay/kit';

/** Whether a connector is incomplete that leaves, or comes, without its secrets. As the reference has it. */
export function isMissingSecrets(type: ConnectorType, config: Readonly<Record<string, unknown>>): boolean {
  return !type.secrets.safeParse({}).success || config.hasAuth === true;
}
