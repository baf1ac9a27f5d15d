import { type ConnectorType, variablesAsJson } from '@patchbay/kit';

/**
 * A rule's action of `run` sends everything that the rule knows, whatever body was written. The params of the other
 * sub-actions stay as they are.
 */
export const renderParams: ConnectorType['renderParams'] = (params, _render, context) => {
  if (params.subAction !== 'run') return params;
  const subActionParams = params.subActionParams as Record<string, unknown> | null | undefined;
  return {
    ...params,
    subActionParams: { ...subActionParams, body: variablesAsJson(context?.variables ?? {}) },
  };
};
