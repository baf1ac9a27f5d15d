export type { EscapeMode } from './escape.ts';
export { createRenderer, renderConfigTemplate, renderTemplate, type TemplateRenderer } from './render.ts';
export { prepareVariables, type TemplateVariables } from './variables.ts';
export { variablesAsJson } from './variables-as-json.ts';
