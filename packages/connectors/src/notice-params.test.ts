import { createAllowedHosts, validateParams } from '@patchbay/kit';
import { operatorSettings } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { connectorTypes } from './index.ts';

const context = { allowedHosts: createAllowedHosts(['*']), settings: operatorSettings() };
const key = 'patchbay-connector-c1';

it.each(
  connectorTypes.flatMap(({ id, noticeParams }) =>
    noticeParams === undefined ? [] : [[id, noticeParams] as const],
  ),
)('%s takes the params of a notice, however long, and of its end', (id, noticeParams) => {
  const type = connectorTypes.find((one) => one.id === id);
  if (type === undefined) throw new Error('no type');
  for (const text of ['Connector "a" is failing', 'x'.repeat(50_000)]) {
    for (const isOver of [false, true]) {
      const params = noticeParams({ text, key, isOver });
      expect(validateParams(type, params, context)).toBeDefined();
      const { subAction, subActionParams } = params as { subAction?: string; subActionParams?: unknown };
      if (subAction !== undefined)
        expect(type.subActions?.[subAction]?.safeParse(subActionParams).error).toBeUndefined();
    }
  }
});
