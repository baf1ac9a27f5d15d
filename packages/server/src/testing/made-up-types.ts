import { defineConnectorType } from '@patchbay/kit';
import { z } from 'zod';

/** Connector types that no service stands behind, each for one thing that the built-in ones do not show. */

/** A required config value, a required secret, and a check of one beside the other. */
export const record = defineConnectorType({
  id: '.record',
  name: 'Record',
  minimumLicense: 'gold',
  features: ['alerting'],
  config: z.strictObject({ unencrypted: z.string(), nested: z.record(z.string(), z.unknown()).optional() }),
  secrets: z.strictObject({ encrypted: z.string() }),
  validate: {
    connector({ config: { unencrypted }, secrets: { encrypted } }) {
      if (unencrypted === encrypted) throw new Error('unencrypted must differ from encrypted');
    },
  },
  params: z.strictObject({ message: z.string() }),
  execute: ({ config, params }) => ({ config, params }),
});

/** Never in the public lists, and not to be created or run over HTTP. */
export const system = defineConnectorType({
  id: '.system',
  name: 'System action',
  minimumLicense: 'basic',
  features: ['alerting'],
  isSystemActionType: true,
  allowMultipleSystemActions: true,
  config: z.strictObject({}),
  secrets: z.strictObject({}),
  params: z.strictObject({}),
  execute: () => 'ran',
});

/** Refuses nothing, says what it is told to. */
export const plain = (id: string, facts: { name?: string; run?: () => unknown } = {}) =>
  defineConnectorType({
    id,
    name: facts.name ?? id,
    minimumLicense: 'basic',
    features: ['alerting'],
    config: z.looseObject({}),
    secrets: z.looseObject({}),
    params: z.looseObject({}),
    execute: facts.run ?? (() => undefined),
  });
