import { messageOf } from '../errors.ts';

/** Everything that a rule's action knows, as JSON text. Of the document of an alert, what is below `kibana` is left out. */
export function variablesAsJson(variables: Record<string, unknown>): string {
  try {
    return JSON.stringify(withoutKibana(variables));
  } catch (error) {
    return JSON.stringify({ error: { message: messageOf(error) } });
  }
}

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
