export type { EscapeMode } from './escape.ts';
export { createRenderer, renderTemplate, type TemplateRenderer } from './render.ts';
export { prepareVariables, type TemplateVariables } from './variables.ts';
