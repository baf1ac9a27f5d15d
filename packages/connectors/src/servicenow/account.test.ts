import { ValidationError } from '@patchbay/kit';
import { testAction } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { account, incidentConfig } from './account.ts';
import { servicenow } from './servicenow.ts';
import { servicenowItom } from './servicenow-itom.ts';
import { servicenowSir } from './servicenow-sir.ts';

const APPLICATION = { apiUrl: 'https://acme.service-now.com' };
const OAUTH = { ...APPLICATION, isOAuth: true, userIdentifierValue: 'u', clientId: 'c', jwtKeyId: 'k' };
const BASIC = { username: 'bob', password: 'the password' };
const KEYS = { clientSecret: 's', privateKey: 'pem' };

const CONFIG = 'error validating connector type config';
const SECRETS = 'error validating connector type secrets';
const CONNECTOR = 'error validating action type connector';

describe.each([
  ['.servicenow', servicenow],
  ['.servicenow-sir', servicenowSir],
  ['.servicenow-itom', servicenowItom],
])('an account of %s', (_, type) => {
  const validated = (config: object, secrets: object) =>
    testAction(type, {
      config,
      secrets,
      params: { subAction: 'getChoices', subActionParams: { fields: [] } },
      allowedHosts: ['acme.service-now.com'],
    });

  it.each([
    ['basic', APPLICATION, BASIC],
    ['OAuth', OAUTH, KEYS],
    ['OAuth with an encrypted key', OAUTH, { ...KEYS, privateKeyPassword: 'p' }],
  ])('is good: %s', async (_, config, secrets) => {
    expect((await validated(config, secrets)).result.status).toBe('ok');
  });

  const needed = (field: string) => `${field} must be provided when isOAuth = true`;
  const EITHER = 'Either basic auth or OAuth credentials must be specified';
  const BOTH_KEYS = 'clientSecret and privateKey must both be specified';
  const BOTH_NAMES = 'username and password must both be specified';
  const NO_OAUTH =
    'clientId, clientSecret, userIdentifierValue, jwtKeyId and privateKey should not be provided with isOAuth = false';

  it.each([
    [{}, BASIC, `${CONFIG}: ✖ Invalid input: expected string, received undefined\n  → at apiUrl`],
    [
      { apiUrl: 'http://elsewhere.example' },
      BASIC,
      `${CONFIG}: error configuring connector action: target url "http://elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts`,
    ],
    [{ ...APPLICATION, other: 1 }, BASIC, `${CONFIG}: ✖ Unrecognized key: "other"`],
    [
      { ...APPLICATION, isOAuth: 'true' },
      BASIC,
      `${CONFIG}: ✖ Invalid input: expected boolean, received string\n  → at isOAuth`,
    ],
    [
      { ...OAUTH, userIdentifierValue: null, clientId: null },
      KEYS,
      `${CONFIG}: ${needed('userIdentifierValue')}`,
    ],
    [{ ...OAUTH, clientId: null, jwtKeyId: null }, KEYS, `${CONFIG}: ${needed('clientId')}`],
    [{ ...OAUTH, jwtKeyId: null }, KEYS, `${CONFIG}: ${needed('jwtKeyId')}`],
    [{ ...OAUTH, jwtKeyId: '' }, KEYS, `${CONFIG}: ${needed('jwtKeyId')}`],
    [APPLICATION, {}, `${SECRETS}: ${EITHER}`],
    [OAUTH, {}, `${SECRETS}: ${EITHER}`],
    [OAUTH, { privateKeyPassword: 'p' }, `${SECRETS}: ${EITHER}`],
    [APPLICATION, { username: '', password: '' }, `${SECRETS}: ${EITHER}`],
    [APPLICATION, { username: 'bob' }, `${SECRETS}: ${BOTH_NAMES}`],
    [APPLICATION, { ...KEYS, password: 'p' }, `${SECRETS}: ${BOTH_NAMES}`],
    [OAUTH, { clientSecret: 's', privateKey: null }, `${SECRETS}: ${BOTH_KEYS}`],
    [OAUTH, { clientSecret: null, privateKey: 'pem' }, `${SECRETS}: ${BOTH_KEYS}`],
    [APPLICATION, { ...BASIC, token: 't' }, `${SECRETS}: ✖ Unrecognized key: "token"`],
    [
      APPLICATION,
      { ...BASIC, password: 1 },
      `${SECRETS}: ✖ Invalid input: expected string, received number\n  → at password`,
    ],
    [OAUTH, BASIC, `${CONNECTOR}: ${needed('clientSecret')}`],
    [OAUTH, { ...BASIC, clientSecret: 's' }, `${CONNECTOR}: ${needed('privateKey')}`],
    [
      OAUTH,
      { ...BASIC, ...KEYS },
      `${CONNECTOR}: Username and password should not be provided with isOAuth = true`,
    ],
    [APPLICATION, KEYS, `${CONNECTOR}: username must be provided when isOAuth = false`],
    [{ ...APPLICATION, clientId: 'c' }, BASIC, `${CONNECTOR}: ${NO_OAUTH}`],
    [{ ...APPLICATION, userIdentifierValue: 'u' }, BASIC, `${CONNECTOR}: ${NO_OAUTH}`],
    [{ ...APPLICATION, jwtKeyId: 'k' }, BASIC, `${CONNECTOR}: ${NO_OAUTH}`],
    [APPLICATION, { ...BASIC, clientSecret: 's' }, `${CONNECTOR}: ${NO_OAUTH}`],
    [APPLICATION, { ...BASIC, privateKey: 'pem' }, `${CONNECTOR}: ${NO_OAUTH}`],
  ])('is refused: %j with %j', async (config, secrets, message) => {
    await expect(validated(config, secrets)).rejects.toThrow(new ValidationError(message));
  });
});

it('is stored with every key', () => {
  const stored = {
    ...APPLICATION,
    isOAuth: false,
    userIdentifierValue: null,
    clientId: null,
    jwtKeyId: null,
  };
  expect(account.parse(APPLICATION)).toEqual(stored);
  expect(incidentConfig.parse(APPLICATION)).toEqual({ ...stored, usesTableApi: true });
  expect(() => account.parse({ ...APPLICATION, usesTableApi: false })).toThrow('Unrecognized key');
});

it.each([
  [{}, true],
  [{ usesTableApi: true }, true],
  [{ usesTableApi: false }, false],
])('a connector of an incident type with %j is deprecated: %s', (config, isDeprecated) => {
  for (const type of [servicenow, servicenowSir]) {
    expect(type.isConnectorDeprecated?.(config)).toBe(isDeprecated);
  }
  expect(servicenowItom.isConnectorDeprecated).toBeUndefined();
});
