import type { TemplateRenderer } from '../template/index.ts';

/** The numbers that services have for the severities of a detection rule. */
const LEVELS: ReadonlyMap<string, number> = new Map([
  ['low', 1],
  ['medium', 2],
  ['high', 3],
  ['critical', 4],
]);

/**
 * The params of an alert or incident, each string rendered as it is. Where `isRuleSeverity` is true their `severity` is that
 * of the rule, `otherwise` where the rule has none of the known ones; else it is the one given, which is no template.
 */
export function renderWithSeverity(
  params: Record<string, unknown>,
  render: TemplateRenderer,
  otherwise: number,
): Record<string, unknown> {
  const { severity, ...rest } = params;
  const rendered = render.deep(rest, 'none');
  if (params.isRuleSeverity === true) {
    return {
      ...rendered,
      severity: LEVELS.get(render.text('{{context.rule.severity}}', 'none')) ?? otherwise,
    };
  }
  return severity === undefined ? rendered : { ...rendered, severity };
}
