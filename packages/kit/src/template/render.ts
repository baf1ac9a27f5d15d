import Mustache from 'mustache';
import { messageOf } from '../errors.ts';
import { Context } from './context.ts';
import { type EscapeMode, escapeFor } from './escape.ts';
import type { TemplateVariables } from './variables.ts';

/** What a connector type renders its params with. */
export interface TemplateRenderer {
  /** One template. null and undefined stay what they are. */
  text<T extends string | null | undefined>(template: T, mode: EscapeMode): T | string;
  /** Every string at any depth; keys and other values stay what they are. */
  deep<T>(value: T, mode: EscapeMode): T;
}

export function createRenderer(variables: TemplateVariables): TemplateRenderer {
  const text: TemplateRenderer['text'] = (template, mode) =>
    template === null || template === undefined ? template : renderTemplate(template, variables, mode);
  return {
    text,
    deep: (value, mode) => renderDeep(value, (template) => renderTemplate(template, variables, mode)),
  };
}

/** Never throws: a template that does not parse becomes a text that says so, and the action still runs. */
export function renderTemplate(template: string, variables: TemplateVariables, mode: EscapeMode): string {
  try {
    return writer().render(template, new Context(variables), undefined, { escape: escapeFor(mode) });
  } catch (error) {
    return `error rendering mustache template "${template}": ${messageOf(error)}`;
  }
}

/** A writer without the library's cache of parsed templates, which has no bound. */
function writer() {
  const fresh = new Mustache.Writer();
  (fresh as unknown as { templateCache: undefined }).templateCache = undefined;
  return fresh;
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
