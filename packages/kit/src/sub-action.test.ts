import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ExperimentalFeature } from './action-context.ts';
import { defineConnectorType } from './connector-type.ts';
import { ValidationError } from './run-action.ts';
import { type SubActions, subAction } from './sub-action.ts';
import { testAction } from './testing/index.ts';

const typeOf = <Service>(subActions: SubActions<unknown, unknown, Service>, service?: () => Service) =>
  defineConnectorType({
    id: '.sub',
    name: 'With sub-actions',
    minimumLicense: 'gold',
    features: ['alerting'],
    config: z.unknown(),
    secrets: z.unknown(),
    subActions: () => subActions,
    ...(service && { service }),
  });

const type = typeOf({
  list: subAction(z.object({ limit: z.number().default(10), after: z.string() }), ({ params }) => params),
  echo: { params: null, run: ({ params }) => ({ given: params }) },
  nothing: { params: null, run: () => {} },
  none: { params: null, run: () => null },
  empty: { params: null, run: () => [] },
});

const run = async (params: unknown, of = type) => (await testAction(of, { params })).result;

const failed = (serviceMessage: unknown, errorSource: string) => ({
  actionId: 'test',
  status: 'error',
  message: 'an error occurred while running the action',
  serviceMessage,
  retry: true,
  errorSource,
});

describe('a sub-action', () => {
  it.each([
    [
      { subAction: 'list', subActionParams: { after: 'a', extra: 1 } },
      { limit: 10, after: 'a' },
    ],
    [{ subAction: 'echo', subActionParams: { any: ['thing'] } }, { given: { any: ['thing'] } }],
    [{ subAction: 'echo', subActionParams: null }, { given: {} }],
    [{ subAction: 'echo' }, { given: {} }],
    [{ subAction: 'nothing' }, {}],
    [{ subAction: 'none' }, {}],
    [{ subAction: 'empty' }, []],
  ])('run with %j gives %j', async (params, data) => {
    expect(await run(params)).toEqual({ actionId: 'test', status: 'ok', data });
  });

  it.each([
    [{}, 'after', 'string'],
    [undefined, undefined, 'object'],
    [null, undefined, 'object'],
  ])(
    'refuses the params %j when it runs, with the list of issues',
    async (subActionParams, path, expected) => {
      const result = await run({ subAction: 'list', subActionParams });
      expect(result).toEqual(failed(expect.stringMatching(/^Request validation failed \(/), 'user'));
      const issues = JSON.parse(
        result.serviceMessage?.replace(/^Request validation failed \((.*)\)$/s, '$1') ?? '',
      );
      expect(issues).toMatchObject([
        { code: 'invalid_type', path: path === undefined ? [] : [path], expected },
      ]);
    },
  );

  it.each(['missing', 'toString', '__proto__'])(
    'that the type does not have is an error: %s',
    async (name) => {
      expect(await run({ subAction: name })).toEqual(
        failed(
          `Sub action "${name}" is not registered. Connector id: test. Connector name: With sub-actions. Connector type: .sub`,
          'framework',
        ),
      );
    },
  );

  it('is there as long as the part of the type that it belongs to is turned on', async () => {
    const experimental = 'microsoftDefenderEndpointCancelOn';
    const of = typeOf({
      echo: subAction(z.object({}), () => 'said', { experimental }),
    });
    const withFlags = async (...names: ExperimentalFeature[]) => {
      const settings = { experimentalFeatures: new Set(names) };
      return (await testAction(of, { params: { subAction: 'echo', subActionParams: {} }, settings })).result;
    };
    expect(await withFlags(experimental)).toMatchObject({ status: 'ok', data: 'said' });
    expect(await withFlags('crowdstrikeConnectorRTROn')).toEqual(
      failed(expect.stringMatching(/^Sub action "echo" is not registered\. /), 'framework'),
    );
  });

  it('is what a type of this kind must have', async () => {
    expect(await run({ subAction: 'any' }, typeOf({}))).toEqual(
      failed('You should register at least one subAction for your connector type', 'framework'),
    );
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at subAction'],
    [
      { subAction: 'echo', subActionParams: [1] },
      '✖ Invalid input: expected record, received array\n  → at subActionParams',
    ],
  ])('is named in the params: %j is refused before the run', async (params, reason) => {
    await expect(run(params)).rejects.toThrow(
      new ValidationError(`error validating action params: ${reason}`),
    );
  });

  it('has a service that lives for one run', async () => {
    const counting = typeOf({ count: { params: null, run: ({ service }) => ++service.calls } }, () => ({
      calls: 0,
    }));
    const results = [
      await run({ subAction: 'count' }, counting),
      await run({ subAction: 'count' }, counting),
    ];
    expect(results.map(({ data }) => data)).toEqual([1, 1]);
  });
});
