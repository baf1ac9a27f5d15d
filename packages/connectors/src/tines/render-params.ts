import { type ConnectorType, messageOf } from '@patchbay/kit';

/**
 * A rule's action of `run` sends everything that the rule knows, whatever body was written. The params of the other
 * sub-actions stay as they are.
 */
export const renderParams: ConnectorType['renderParams'] = (params, _render, context) => {
  if (params.subAction !== 'run') return params;
  const subActionParams = params.subActionParams as Record<string, unknown> | null | undefined;
  return { ...params, subActionParams: { ...subActionParams, body: asJson(context?.variables ?? {}) } };
};

function asJson(variables: Record<string, unknown>): string {
  try {
    return JSON.stringify(withoutKibana(variables));
  } catch (error) {
    return JSON.stringify({ error: { message: messageOf(error) } });
  }
}

/** The reference leaves out what the document of an alert has below `kibana`. */
function withoutKibana(variables: Record<string, unknown>): Record<string, unknown> {
  const context = variables.context as { alerts?: unknown } | null | undefined;
  if (!Array.isArray(context?.alerts)) return variables;
  const alerts = context.alerts.map((alert) =>
    typeof alert === 'object' && alert !== null && 'kibana' in alert ? omitKibana(alert) : alert,
  );
  return { ...variables, context: { ...context, alerts } };
}

function omitKibana({ kibana: _kibana, ...rest }: { kibana: unknown }): object {
  return rest;
}
