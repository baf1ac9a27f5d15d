import type { ConnectorType } from '../connector-type.ts';

const RENDERED: readonly unknown[] = ['run', 'test'];

/** Of `run` and `test` the body is rendered, for JSON text; the params of other sub-actions stay as they are. */
export const renderBodyAsJson: ConnectorType['renderParams'] = (params, render) => {
  const { subAction, subActionParams } = params as {
    subAction?: unknown;
    subActionParams?: { body?: unknown } | null;
  };
  if (!RENDERED.includes(subAction) || subActionParams?.body === undefined) return params;
  const { body } = subActionParams;
  // What is no text becomes JSON later.
  const rendered = typeof body === 'string' ? render.text(body, 'json') : render.deep(body, 'none');
  return { ...params, subActionParams: { ...subActionParams, body: rendered } };
};
