import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConnectorType, type PlainDeclaration } from './connector-type.ts';
import { createRenderer, prepareVariables } from './template/index.ts';

type Declaration = PlainDeclaration<z.ZodType, z.ZodType, z.ZodType>;

const typeOf = (declaration: Partial<Declaration>) =>
  defineConnectorType({
    id: '.test',
    name: 'Test',
    minimumLicense: 'basic',
    features: ['alerting'],
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: z.looseObject({}),
    execute: () => {},
    ...declaration,
  });

describe('defineConnectorType', () => {
  const renderer = createRenderer(prepareVariables({ name: '"disk"' }));

  it('wants an id with a leading dot', () => {
    expect(() => typeOf({ id: 'test' })).toThrow(
      new TypeError('connector type id "test" must start with a dot'),
    );
  });

  it('renders every string of the params without escaping', () => {
    expect(typeOf({}).renderParams({ a: '{{name}}', b: { c: ['{{name}}', 1] } }, renderer)).toEqual({
      a: '"disk"',
      b: { c: ['"disk"', 1] },
    });
  });

  it('renders the params as the type says where it says so', () => {
    const renderParams: Declaration['renderParams'] = ({ a }, render) => ({
      a: render.text(a as string, 'json'),
    });
    expect(typeOf({ renderParams }).renderParams({ a: '{{name}}', b: '{{name}}' }, renderer)).toEqual({
      a: '\\"disk\\"',
    });
  });
});
