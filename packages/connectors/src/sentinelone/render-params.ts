import { type ConnectorType, variablesAsJson } from '@patchbay/kit';

/**
 * There are no templates. A rule's action that isolates or releases is about the host of its first alert, whatever it says; one
 * that runs a script is told that host; any other gets a `body` with everything that the rule knows.
 */
export const renderParams: ConnectorType['renderParams'] = (params, _render, context) => {
  const variables = context?.variables ?? {};
  const given = params.subActionParams as Record<string, unknown> | null | undefined;
  return { ...params, subActionParams: rendered(params.subAction, given, variables) };
};

function rendered(
  subAction: unknown,
  given: Record<string, unknown> | null | undefined,
  variables: Record<string, unknown>,
): Record<string, unknown> {
  switch (subAction) {
    case 'isolateHost':
    case 'releaseHost':
      return hostOf(variables);
    case 'executeScript': {
      const { computerName, alertIds } = hostOf(variables);
      return { computerName, ...given, alertIds };
    }
    default:
      return { ...given, body: variablesAsJson(variables) };
  }
}

interface Alert {
  _id?: unknown;
  host?: { name?: unknown } | null;
}

function hostOf({ context }: { context?: unknown }): { computerName: unknown; alertIds: unknown[] } {
  const { alerts } = (context ?? {}) as { alerts?: unknown };
  const known: (Alert | null)[] = Array.isArray(alerts) ? alerts : [];
  return {
    computerName: known[0]?.host?.name,
    alertIds: known.flatMap((alert) => (typeof alert?._id === 'string' ? [alert._id] : [])),
  };
}
