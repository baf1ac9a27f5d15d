import type { ConnectorType } from '@patchbay/kit';

/** Only `run` and `test` have a template: their body, which is JSON. */
export const renderParams: ConnectorType['renderParams'] = (params, render) => {
  const { subAction, subActionParams } = params;
  if (subAction !== 'run' && subAction !== 'test') return params;
  const { body } = (subActionParams ?? {}) as { body?: unknown };
  if (typeof body !== 'string') return params;
  return {
    ...params,
    subActionParams: { ...(subActionParams as object), body: render.text(body, 'json') },
  };
};
