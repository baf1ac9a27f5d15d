import type { ConnectorType } from '@patchbay/kit';

/** The body alone, escaped for JSON; a template in another param is sent as it stands. */
export const renderParams: ConnectorType['renderParams'] = (params, render) => {
  const { subAction, subActionParams } = params as { subAction?: unknown; subActionParams?: Rendered | null };
  if (subAction !== 'run' && subAction !== 'test') return params;
  if (typeof subActionParams?.body !== 'string') return params;
  return {
    ...params,
    subActionParams: { ...subActionParams, body: render.text(subActionParams.body, 'json') },
  };
};

interface Rendered {
  body?: unknown;
}
