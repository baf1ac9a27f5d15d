/**
 * The document of the alert-history connector, built from a rule action's variables; undefined where they name no
 * rule type or no alert. Which field is there when is the reference's.
 */
export function alertHistoryDocument(
  variables: Record<string, unknown>,
  now: Date,
): Record<string, unknown> | undefined {
  const { date, alert, rule, context, params, tags } = variables;
  if (!isMap(alert) || !isMap(rule) || !rule.type) return undefined;
  const { id, name, spaceId, type } = rule;
  // A rule type's fields stand under its name; dots in it would make a path of the name.
  const ruleType = String(type).replaceAll('.', '__');
  return {
    '@timestamp': date || now.toISOString(),
    ...(Array.isArray(tags) && tags.length > 0 && { tags }),
    ...(isMap(context) && context.message ? { message: context.message } : {}),
    rule: {
      ...present({ id, name }),
      ...(isFilled(params) && { params: { [ruleType]: params } }),
      ...present({ space: spaceId, type }),
    },
    kibana: {
      alert: {
        ...present({ id: alert.id }),
        ...(isFilled(context) && { context: { [ruleType]: context } }),
        ...present({ actionGroup: alert.actionGroup, actionGroupName: alert.actionGroupName }),
      },
    },
    event: { kind: 'alert' },
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isFilled(value: unknown): value is Record<string, unknown> {
  return isMap(value) && Object.keys(value).length > 0;
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => Boolean(value)));
}
