import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAllowedHosts } from './allowed-hosts.ts';
import { type ConnectorType, defineConnectorType, type PlainDeclaration } from './connector-type.ts';
import { ActionError, RunError } from './errors.ts';
import {
  ValidationError,
  validateConfig,
  validateConnector,
  validateParams,
  validateSecrets,
} from './run-action.ts';
import { operatorSettings, testAction } from './testing/index.ts';

type Declaration = PlainDeclaration<z.ZodType<object>, z.ZodType<object>, z.ZodType>;

const typeOf = (declaration: Partial<Declaration>): ConnectorType =>
  defineConnectorType({
    id: '.test',
    name: 'Test',
    minimumLicense: 'basic',
    features: ['alerting'],
    config: z.strictObject({ url: z.string().default('none') }),
    secrets: z.strictObject({ token: z.string().default('none') }),
    params: z.strictObject({ level: z.number().default(3) }),
    execute: () => {},
    ...declaration,
  });

/** The result of an action that does what `execute` does. */
const resultOf = async (execute: Declaration['execute']) =>
  (await testAction(typeOf({ execute }), { params: {} })).result;

const throwing = (error: unknown) => () => {
  throw error;
};

describe('runAction', () => {
  it.each([
    [{ a: 1 }, { data: { a: 1 } }],
    ['', { data: '' }],
    [0, { data: 0 }],
    [false, { data: false }],
    [undefined, {}],
    [null, {}],
  ])('answers %j with %j', async (value, expected) => {
    expect(await resultOf(() => value)).toEqual({ actionId: 'test', status: 'ok', ...expected });
  });

  const later = new Date('2026-01-01T00:00:30Z');
  it.each([
    [new ActionError('no'), { message: 'no', errorSource: 'user' }],
    [new ActionError('no', { source: 'framework' }), { message: 'no', errorSource: 'user' }],
    [
      new ActionError('no', { serviceMessage: 'why', retry: false }),
      { message: 'no', serviceMessage: 'why', retry: false, errorSource: 'user' },
    ],
    [new ActionError('no', { retry: later }), { message: 'no', retry: later, errorSource: 'user' }],
  ])('answers a failure that the type understands with what it says: %j', async (error, expected) => {
    expect(await resultOf(throwing(error))).toStrictEqual({ actionId: 'test', status: 'error', ...expected });
  });

  it.each([
    [new Error('boom'), 'boom', 'framework'],
    ['just text', 'just text', 'framework'],
    [new RunError('ours'), 'ours', 'framework'],
    [new RunError('theirs', { source: 'user' }), 'theirs', 'user'],
  ])('answers a failure that nobody foresaw with the framework’s words: %s', async (error, text, source) => {
    expect(await resultOf(throwing(error))).toStrictEqual({
      actionId: 'test',
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: text,
      retry: true,
      errorSource: source,
    });
  });

  it('names results as the type says, where it says so', async () => {
    for (const execute of [() => 1, throwing(new ActionError('no'))]) {
      const { result } = await testAction(typeOf({ actionId: '.test', execute }), { params: {} });
      expect(result.actionId).toBe('.test');
    }
  });

  it('answers a rejected promise like a thrown error', async () => {
    expect(await resultOf(() => Promise.reject(new Error('late')))).toMatchObject({
      status: 'error',
      serviceMessage: 'late',
    });
  });
});

describe('validation', () => {
  const context = {
    allowedHosts: createAllowedHosts(['hooks.example']),
    settings: operatorSettings(),
  };

  it('gives the values with their defaults', () => {
    expect(validateConfig(typeOf({}), {}, context)).toEqual({ url: 'none' });
    expect(validateSecrets(typeOf({}), {}, context)).toEqual({ token: 'none' });
    expect(validateParams(typeOf({}), {}, context)).toEqual({ level: 3 });
  });

  it.each([
    [
      () => validateConfig(typeOf({}), { url: 1 }, context),
      'error validating connector type config: ✖ Invalid input: expected string, received number\n  → at url',
    ],
    [
      () => validateSecrets(typeOf({}), { other: 1 }, context),
      'error validating connector type secrets: ✖ Unrecognized key: "other"',
    ],
    [
      () => validateParams(typeOf({}), { level: 'x' }, context),
      'error validating action params: ✖ Invalid input: expected number, received string\n  → at level',
    ],
  ])('says what is wrong and where: %s', (validate, message) => {
    expect(validate).toThrow(new ValidationError(message));
  });

  it('asks the type’s validators once the schemas are content, and may ask for the allowed hosts', () => {
    const type = typeOf({
      validate: {
        config: (config, { allowedHosts }) => allowedHosts.ensureUrlAllowed((config as { url: string }).url),
        secrets: throwing(new Error('bad token')),
        connector: throwing(new Error('they do not fit')),
        params: throwing(new Error('too much at once')),
      },
    });
    expect(validateConfig(type, { url: 'https://hooks.example' }, context)).toEqual({
      url: 'https://hooks.example',
    });
    expect(() => validateConfig(type, { url: 'https://x.example' }, context)).toThrow(
      new ValidationError(
        'error validating connector type config: target url "https://x.example" is not added to the Kibana config xpack.actions.allowedHosts',
      ),
    );
    expect(() => validateConfig(type, { url: 1 }, context)).toThrow('expected string, received number');
    expect(() => validateSecrets(type, {}, context)).toThrow(
      new ValidationError('error validating connector type secrets: bad token'),
    );
    expect(() => validateConnector(type, { config: {}, secrets: {} }, context)).toThrow(
      new ValidationError('error validating action type connector: they do not fit'),
    );
    expect(() => validateParams(type, {}, context)).toThrow(
      new ValidationError('error validating action params: too much at once'),
    );
  });

  it.each([
    [{ config: null, secrets: {} }, 'config must be defined'],
    [{ config: {}, secrets: null }, 'secrets must be defined'],
  ])('wants config and secrets: %j', (connector, reason) => {
    expect(() => validateConnector(typeOf({}), connector, context)).toThrow(
      new ValidationError(`error validating action type connector: ${reason}`),
    );
  });
});
