export { modelApiFailure, NOT_RECOGNIZED } from './api-failure.ts';
export { modelCallParams, modelHints } from './common-params.ts';
export { configuring, ensureModelUrl } from './configuring.ts';
export { renderBodyAsJson } from './render-body.ts';
