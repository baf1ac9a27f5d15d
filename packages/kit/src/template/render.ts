import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { createBudget } from './budget.ts';
import { Context } from './context.ts';
import { type EscapeMode, escapeFor } from './escape.ts';
import { lambdas } from './lambdas/index.ts';
import type { TemplateVariables } from './variables.ts';
import { Writer } from './writer.ts';

/** Where it is said that a lambda failed; its text says so too. */
type Log = Pick<Logger, 'warn'>;

/** What a connector type renders its params with. */
export interface TemplateRenderer {
  /** One template. null and undefined stay what they are. */
  text<T extends string | null | undefined>(template: T, mode: EscapeMode): T | string;
  /** Every string at any depth; keys and other values stay what they are. */
  deep<T>(value: T, mode: EscapeMode): T;
}

export function createRenderer(variables: TemplateVariables, log?: Log): TemplateRenderer {
  const text: TemplateRenderer['text'] = (template, mode) =>
    template === null || template === undefined ? template : renderTemplate(template, variables, mode, log);
  return {
    text,
    deep: (value, mode) => renderDeep(value, (template) => renderTemplate(template, variables, mode, log)),
  };
}

/** Never throws: a template that does not parse becomes a text that says so, and the action still runs. */
export function renderTemplate(
  template: string,
  variables: TemplateVariables,
  mode: EscapeMode,
  log?: Log,
): string {
  const spend = createBudget();
  const onError = (text: string) => log?.warn(`mustache render error: ${text}`);
  return render(template, { view: variables, outer: lambdas({ spend, onError }), mode, spend });
}

/**
 * A template of a connector's own config, over variables that the type made ready itself: no lambdas, no dotted keys,
 * no JSON of objects. `{{x}}` is escaped for HTML, so such templates write `{{{x}}}`. Never throws, as above.
 */
export function renderConfigTemplate(template: string, variables: Record<string, unknown>): string {
  return render(template, { view: variables, mode: 'html', spend: createBudget() });
}

interface Rendering {
  view: object;
  /** Where names are looked up that the view does not have. */
  outer?: object;
  mode: EscapeMode;
  spend: ReturnType<typeof createBudget>;
}

function render(template: string, { view, outer, mode, spend }: Rendering): string {
  try {
    const context = outer === undefined ? new Context(view, spend) : new Context(outer, spend).push(view);
    return new Writer(spend).render(template, context, undefined, { escape: escapeFor(mode) });
  } catch (error) {
    return `error rendering mustache template "${template}": ${messageOf(error)}`;
  }
}

function renderDeep<T>(value: T, render: (template: string) => string): T {
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return render(node);
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node === 'object' && node !== null && Object.getPrototypeOf(node) === Object.prototype) {
      return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]));
    }
    return node;
  };
  return walk(value) as T;
}
