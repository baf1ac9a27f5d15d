import { connectorTypes } from '@patchbay/connectors';
import { type ConnectorType, defineConnectorType } from '@patchbay/kit';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plain, record, system } from '../testing/made-up-types.ts';
import { testServer, withBuiltIn } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const everyFact = defineConnectorType({
  id: '.every-fact',
  name: 'Every fact',
  description: 'Says everything that a type can say.',
  minimumLicense: 'trial',
  features: ['siem', 'endpointSecurity'],
  subFeature: 'endpointSecurity',
  isDeprecated: true,
  isExperimental: true,
  source: 'spec',
  config: z.strictObject({}),
  secrets: z.strictObject({}),
  params: z.strictObject({}),
  execute: () => undefined,
});

const server = await testServer({
  types: withBuiltIn(record, system, everyFact, plain('.off')),
  settings: {
    'patchbay.license': 'basic',
    'xpack.actions.enabledActionTypes': ['.server-log', '.record', '.every-fact', '.system'],
  },
});
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

/** The built-in types that are for everybody, of a feature or all. */
const builtIn = (feature?: string) =>
  idsWith(feature, ({ isSystemActionType = false }) => !isSystemActionType);

const idsWith = (feature: string | undefined, isWanted: (type: ConnectorType) => boolean) =>
  connectorTypes
    .filter((type) => isWanted(type) && (feature === undefined || type.features.some((id) => id === feature)))
    .map(({ id }) => id);

const idsOf = async (path: string, as?: string) => {
  const { status, body } = await call('GET', path, as === undefined ? {} : { as });
  expect(status).toBe(200);
  return body.map(({ id }: { id: string }) => id);
};

describe('GET /api/actions/connector_types', () => {
  it('lists the types in the order of their registration, without those of the system', async () => {
    expect(await idsOf('/api/actions/connector_types')).toEqual([
      ...builtIn(),
      '.record',
      '.every-fact',
      '.off',
    ]);
  });

  it('tells each type’s facts, and leaves out those that it does not state', async () => {
    const { body } = await call('GET', '/api/actions/connector_types');
    const [record, everyFact] = body.slice(builtIn().length);
    expect(record).toEqual({
      id: '.record',
      name: 'Record',
      enabled: false,
      enabled_in_config: true,
      enabled_in_license: false,
      minimum_license_required: 'gold',
      supported_feature_ids: ['alerting'],
      is_system_action_type: false,
      is_deprecated: false,
      source: 'stack',
    });
    expect(everyFact).toEqual({
      id: '.every-fact',
      name: 'Every fact',
      description: 'Says everything that a type can say.',
      enabled: false,
      enabled_in_config: true,
      enabled_in_license: false,
      minimum_license_required: 'trial',
      supported_feature_ids: ['siem', 'endpointSecurity'],
      is_system_action_type: false,
      sub_feature: 'endpointSecurity',
      is_deprecated: true,
      is_experimental: true,
      source: 'spec',
    });
  });

  it.each([
    ['.server-log', true, true, true],
    ['.webhook', false, false, false],
    ['.record', false, true, false],
    ['.off', false, false, true],
  ])('says of %s: enabled %s, in the configuration %s, in the licence %s', async (id, ...expected) => {
    const { body } = await call('GET', '/api/actions/connector_types');
    const type = body.find((candidate: { id: string }) => candidate.id === id);
    expect([type.enabled, type.enabled_in_config, type.enabled_in_license]).toEqual(expected);
  });

  it.each([
    ['alerting', [...builtIn('alerting'), '.record', '.off']],
    ['siem', [...builtIn('siem'), '.every-fact']],
    ['endpointSecurity', [...builtIn('endpointSecurity'), '.every-fact']],
    ['unknown', []],
    ['', []],
  ])('lists those for the feature %j', async (feature, expected) => {
    expect(await idsOf(`/api/actions/connector_types?feature_id=${feature}`)).toEqual(expected);
  });

  it.each([
    [
      'feature_id=a&feature_id=b',
      '[request query.feature_id]: expected value of type [string] but got [Array]',
    ],
    [
      `feature_id=${'x'.repeat(257)}`,
      '[request query.feature_id]: Too big: expected string to have <=256 characters',
    ],
    ['other=1', "[request query.other]: Additional properties are not allowed ('other' was unexpected)"],
  ])('refuses the query %s', async (query, message) => {
    const { status, body } = await call('GET', `/api/actions/connector_types?${query}`);
    expect([status, body]).toEqual([400, { statusCode: 400, error: 'Bad Request', message }]);
  });

  it('needs a caller, but no privilege', async () => {
    const nobody = await call('GET', '/api/actions/connector_types', { as: null });
    expect(nobody.status).toBe(401);
    const none = await addUser(server, 'none', []);
    expect(await idsOf('/api/actions/connector_types', none)).toHaveLength(builtIn().length + 3);
  });
});

describe('GET /internal/actions/connector_types', () => {
  it('lists the types of the system too', async () => {
    const { body } = await call('GET', '/internal/actions/connector_types?feature_id=alerting');
    expect(body.map(({ id }: { id: string }) => id)).toEqual([
      ...idsWith('alerting', () => true),
      '.record',
      '.system',
      '.off',
    ]);
    expect(body.at(-2)).toEqual({
      id: '.system',
      name: 'System action',
      enabled: true,
      enabled_in_config: true,
      enabled_in_license: true,
      minimum_license_required: 'basic',
      supported_feature_ids: ['alerting'],
      is_system_action_type: true,
      is_deprecated: false,
      allow_multiple_system_actions: true,
      source: 'stack',
    });
  });
});
