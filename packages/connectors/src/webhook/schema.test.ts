import {
  createAllowedHosts,
  ValidationError,
  validateConfig,
  validateParams,
  validateSecrets,
} from '@patchbay/kit';
import { operatorSettings } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { webhook } from './webhook.ts';

const contextWith = (isPfxEnabled: boolean) => ({
  allowedHosts: createAllowedHosts(['abc.def']),
  settings: operatorSettings({ webhook: { ssl: { pfx: { enabled: isPfxEnabled } } } }),
});
const context = contextWith(true);
const url = 'https://abc.def/my-webhook';

describe('.webhook config', () => {
  const parse = (config: unknown) => validateConfig(webhook, config, context);

  it.each([
    [{}, { method: 'post', headers: null, hasAuth: true }],
    [
      { hasAuth: true, authType: null },
      { method: 'post', headers: null, hasAuth: true, authType: null },
    ],
    [{ hasAuth: false }, { method: 'post', headers: null, hasAuth: false, authType: null }],
    [
      { method: 'delete', headers: { a: 'b' }, hasAuth: true, authType: 'webhook-authentication-basic' },
      { method: 'delete', headers: { a: 'b' }, hasAuth: true, authType: 'webhook-authentication-basic' },
    ],
  ])('with %j is %j', (config, expected) => {
    expect(parse({ url, ...config })).toStrictEqual({ url, ...expected });
  });

  it.each(['post', 'put', 'patch', 'get', 'delete'])('takes the method %s', (method) => {
    expect(parse({ url, method })).toMatchObject({ method });
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at url'],
    [
      { url, method: 'https' },
      '✖ Invalid option: expected one of "post"|"put"|"patch"|"get"|"delete"\n  → at method',
    ],
    [
      { url, method: 'POST' },
      '✖ Invalid option: expected one of "post"|"put"|"patch"|"get"|"delete"\n  → at method',
    ],
    [
      { url, headers: 'application/json' },
      '✖ Invalid input: expected record, received string\n  → at headers',
    ],
    [{ url, headers: { a: 1 } }, '✖ Invalid input: expected string, received number\n  → at headers.a'],
    [{ url, other: 1 }, '✖ Unrecognized key: "other"'],
    [
      { url: 'example.com/do-something' },
      'error validation webhook action config: unable to parse url: TypeError: Invalid URL',
    ],
    [
      { url: 'https://elsewhere.example/x' },
      'error validation webhook action config: target url "https://elsewhere.example/x" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
    [
      { url, hasAuth: false, authType: 'webhook-authentication-basic' },
      'error validation webhook action config: authType must be null or undefined if hasAuth is false',
    ],
  ])('refuses %j', (config, reason) => {
    expect(() => parse(config)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  it('takes what is said of TLS', () => {
    const tls = { certType: 'ssl-pfx', ca: 'Q0E=', verificationMode: 'certificate' };
    const config = {
      url,
      method: 'post',
      headers: null,
      hasAuth: true,
      authType: 'webhook-authentication-ssl',
    };
    expect(parse({ ...config, ...tls })).toStrictEqual({ ...config, ...tls });
  });

  it('refuses a PFX where the operator does, after what is wrong with the rest', () => {
    const disabled = contextWith(false);
    expect(() => validateConfig(webhook, { url, certType: 'ssl-pfx' }, disabled)).toThrow(
      new ValidationError(
        'error validating connector type config: error validation webhook action config: certType "ssl-pfx" is disabled',
      ),
    );
    expect(() => validateConfig(webhook, { url, certType: 'ssl-crt-key' }, disabled)).not.toThrow();
    const wrong = { url, certType: 'ssl-pfx', hasAuth: false, authType: 'webhook-authentication-ssl' };
    expect(() => validateConfig(webhook, wrong, disabled)).toThrow('authType must be null');
  });

  const oauth = { url, authType: 'webhook-oauth2-client-credentials' };
  const complete = { ...oauth, accessTokenUrl: 'https://abc.def/token', clientId: 'id' };
  it.each([
    [{ ...complete, additionalFields: 'null' }, 'additionalFields must be a non-empty JSON object.'],
    [{ ...complete, additionalFields: '[1]' }, 'additionalFields must be a non-empty JSON object.'],
    [{ url, additionalFields: '{}' }, 'additionalFields must be a non-empty JSON object.'],
    [{ ...oauth, additionalFields: 'no JSON' }, 'additionalFields must be a non-empty JSON object.'],
    [oauth, 'missing Access Token URL (accessTokenUrl), Client ID (clientId) fields'],
    [{ ...complete, clientId: '' }, 'missing Client ID (clientId) fields'],
    [{ ...complete, accessTokenUrl: 'nowhere' }, 'unable to parse url: TypeError: Invalid URL'],
    [
      { ...complete, accessTokenUrl: 'https://elsewhere.example/t' },
      'target url "https://elsewhere.example/t" is not added to the Kibana config xpack.actions.allowedHosts',
    ],
  ])('refuses with OAuth %j', (config, reason) => {
    expect(() => parse(config)).toThrow(
      new ValidationError(
        `error validating connector type config: error validation webhook action config: ${reason}`,
      ),
    );
  });

  it('takes OAuth with what it needs', () => {
    for (const additionalFields of [undefined, null, '', '{"a":1}']) {
      expect(parse({ ...complete, additionalFields })).toMatchObject(complete);
    }
    expect(parse({ url, accessTokenUrl: 'nowhere' })).toMatchObject({ url });
  });

  it('says first that the URL is wrong', () => {
    const wrong = { hasAuth: false, authType: 'webhook-authentication-basic' };
    expect(() => parse({ ...wrong, url: 'nowhere' })).toThrow('unable to parse url');
    expect(() => parse({ ...wrong, url: 'https://elsewhere.example' })).toThrow(
      'is not added to the Kibana config',
    );
  });
});

describe('.webhook secrets', () => {
  const parse = (secrets: unknown) => validateSecrets(webhook, secrets, context);
  const NONE = {
    user: null,
    password: null,
    crt: null,
    key: null,
    pfx: null,
    clientSecret: null,
    secretHeaders: null,
  };
  const CREDENTIALS = ['user', 'password', 'crt', 'key', 'pfx', 'clientSecret'];

  it('are null where they are left out', () => {
    expect(parse(undefined)).toEqual(NONE);
    expect(parse({})).toEqual(NONE);
    expect(parse({ secretHeaders: { a: 'b' } })).toEqual({ ...NONE, secretHeaders: { a: 'b' } });
  });

  it('may stand together in seven ways, and in no other', () => {
    const accepted = subsetsOf(CREDENTIALS).filter((names) => {
      const given = Object.fromEntries(names.map((name) => [name, 'x']));
      try {
        expect(parse({ ...given, secretHeaders: { a: 'b' } })).toMatchObject(given);
        return true;
      } catch (error) {
        expect(error).toEqual(
          new ValidationError(
            'error validating connector type secrets: ✖ must specify one of the following schemas: user and password; crt and key (with optional password); pfx (with optional password); or clientSecret (for OAuth2)',
          ),
        );
        return false;
      }
    });
    expect(accepted.map((names) => names.join(' ')).sort()).toEqual([
      '',
      'clientSecret',
      'crt key',
      'password crt key',
      'password pfx',
      'pfx',
      'user password',
    ]);
  });

  it('are missing where they are empty', () => {
    expect(parse({ user: '', password: '' })).toEqual({ ...NONE, user: '', password: '' });
    expect(() => parse({ user: 'bob', password: '' })).toThrow(ValidationError);
  });

  it.each([
    [{ other: 'x' }, '✖ Unrecognized key: "other"'],
    [
      { secretHeaders: { a: 1 } },
      '✖ Invalid input: expected string, received number\n  → at secretHeaders.a',
    ],
  ])('refuse %j', (secrets, reason) => {
    expect(() => parse(secrets)).toThrow(
      new ValidationError(`error validating connector type secrets: ${reason}`),
    );
  });
});

describe('.webhook params', () => {
  it.each([{}, { body: '' }, { body: 'no JSON' }])('may be %j', (params) => {
    expect(validateParams(webhook, params, context)).toEqual(params);
  });

  it.each([
    [{ body: { a: 1 } }, '✖ Invalid input: expected string, received object\n  → at body'],
    [{ body: '', method: 'get' }, '✖ Unrecognized key: "method"'],
  ])('may not be %j', (params, reason) => {
    expect(() => validateParams(webhook, params, context)).toThrow(
      new ValidationError(`error validating action params: ${reason}`),
    );
  });
});

function subsetsOf(names: string[]): string[][] {
  return Array.from({ length: 2 ** names.length }, (_, bits) => names.filter((_, at) => bits & (1 << at)));
}
