import type { ConnectorType } from '@patchbay/kit';

const RULE_TAGS = '{{rule.tags}}';

/** An entry `{{rule.tags}}` in the tags of a new alert stands for every tag of the rule; then all is rendered as it is. */
export const renderParams: ConnectorType['renderParams'] = (params, render, context) =>
  render.deep(withRuleTags(params, context?.variables ?? {}), 'none');

function withRuleTags(
  params: Record<string, unknown>,
  variables: Record<string, unknown>,
): Record<string, unknown> {
  const { subAction, subActionParams } = params as { subAction?: unknown; subActionParams?: AlertParams };
  const tags = subActionParams?.tags;
  if (subAction !== 'createAlert' || !Array.isArray(tags) || !tags.includes(RULE_TAGS)) return params;
  const own = tags.filter((tag) => tag !== RULE_TAGS);
  return { ...params, subActionParams: { ...subActionParams, tags: [...own, ...ruleTags(variables)] } };
}

interface AlertParams {
  tags?: unknown;
}

function ruleTags({ rule }: { rule?: unknown }): string[] {
  const tags = (rule as { tags?: unknown } | null | undefined)?.tags;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}
