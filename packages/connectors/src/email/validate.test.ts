import {
  createAllowedHosts,
  ValidationError,
  validateConfig,
  validateConnector,
  validateParams,
  validateSecrets,
} from '@patchbay/kit';
import { operatorSettings, type SettingsOverrides } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { email } from './email.ts';

const contextWith = (settings: SettingsOverrides = {}, hosts = ['*']) => ({
  allowedHosts: createAllowedHosts(hosts),
  settings: operatorSettings(settings),
});
const context = contextWith();
const from = 'bob@example.com';
const NULLS = {
  host: null,
  port: null,
  secure: null,
  tenantId: null,
  clientId: null,
  oauthTokenUrl: null,
};

describe('.email config', () => {
  it.each([
    [
      { service: '__json', from },
      { ...NULLS, service: '__json', hasAuth: true, from },
    ],
    [
      { service: 'hotmail', from },
      { ...NULLS, service: 'hotmail', hasAuth: true, from },
    ],
    [
      { host: 'mail.example', port: 25, from },
      { ...NULLS, service: 'other', host: 'mail.example', port: 25, hasAuth: true, from },
    ],
    [
      { host: 'mail.example', port: '2525', secure: true, hasAuth: false, allowHtml: true, from },
      {
        ...NULLS,
        service: 'other',
        host: 'mail.example',
        port: 2525,
        secure: true,
        hasAuth: false,
        allowHtml: true,
        from,
      },
    ],
    [
      { service: 'exchange_server', clientId: 'c', tenantId: 't', from },
      expect.objectContaining({ clientId: 'c' }),
    ],
    [{ service: 'elastic_cloud', from }, expect.objectContaining({ service: 'elastic_cloud', host: null })],
    [{ service: '__json', from: '"Dr Tom" <tom@elastic.co>' }, expect.objectContaining({ host: null })],
  ])('%j', (given, expected) => {
    expect(validateConfig(email, given, context)).toEqual(expected);
  });

  const other = { host: 'mail.example', port: 25, from };
  it.each<[object, string, SettingsOverrides?, string[]?]>([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at from'],
    [{ from, more: 1 }, '✖ Unrecognized key: "more"'],
    [{ ...other, port: 0 }, '✖ Too small: expected number to be >=1\n  → at port'],
    [{ ...other, port: 65536 }, '✖ Too big: expected number to be <=65535\n  → at port'],
    [{ ...other, port: 'smtp' }, '✖ Invalid input: expected number, received NaN\n  → at port'],
    [
      other,
      '[service]: "other" is not in the list of enabled email services: google-mail,elastic-cloud',
      { email: { enabledServices: ['google-mail', 'elastic-cloud'] } },
    ],
    [
      { service: 'exchange_server', from },
      '[service]: "microsoft-exchange" is not in the list of enabled email services: other',
      { email: { enabledServices: ['other'] } },
    ],
    [{ ...other, from: 'bob' }, '[from]: not valid emails: bob'],
    [{ ...other, from: '' }, '[from]: not valid emails: '],
    [other, '[from]: not allowed emails: bob@example.com', { email: { domainAllowlist: ['in.example'] } }],
    [
      { service: 'elastic_cloud', allowHtml: true, from },
      '[allowHtml]: cannot be true when [service] is "elastic_cloud"',
    ],
    [
      { service: '__json', oauthTokenUrl: 'https://token.example/t', from },
      "[oauthTokenUrl]: host name value for 'https://token.example/t' is not in the allowedHosts configuration",
      {},
      ['mail.example'],
    ],
    [{ service: 'exchange_server', from }, '[clientId]/[tenantId] is required'],
    [{ service: 'exchange_server', tenantId: 't', from }, '[clientId] is required'],
    [{ service: 'exchange_server', clientId: 'c', from }, '[tenantId] is required'],
    [{ from }, '[host]/[port] is required'],
    [{ port: 25, from }, '[host] is required'],
    [{ host: 'mail.example', from }, '[port] is required'],
    [
      { host: 'stmp.gmail.com', port: 25, from },
      "[host] value 'stmp.gmail.com' is not in the allowedHosts configuration",
      {},
      ['smtp.gmail.com'],
    ],
    [{ service: 'nobody', from }, "[service] value 'nobody' is not valid"],
    [
      { service: 'gmail', from },
      "[service] value 'gmail' resolves to host 'smtp.gmail.com' which is not in the allowedHosts configuration",
      {},
      ['mail.example'],
    ],
    [
      { service: 'elastic_cloud', from },
      "[service] value 'elastic_cloud' resolves to host 'dockerhost' which is not in the allowedHosts configuration",
      {},
      ['mail.example'],
    ],
  ])('%j is refused: %s', (given, reason, settings, hosts) => {
    expect(() => validateConfig(email, given, contextWith(settings, hosts))).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
  });

  const ses = { host: 'ses.example', port: 465 };
  it.each([
    [
      { host: 'a.example', port: 1 },
      '[ses.host]/[ses.port] does not match with the configured AWS SES host/port combination',
    ],
    [{}, '[ses.host]/[ses.port] does not match with the configured AWS SES host/port combination'],
    [
      { host: 'a.example', port: 465, secure: true },
      '[ses.host] does not match with the configured AWS SES host',
    ],
    [
      { host: 'ses.example', port: 1, secure: true },
      '[ses.port] does not match with the configured AWS SES port',
    ],
    [ses, '[ses.secure] must be true for AWS SES'],
    [{ ...ses, secure: false }, '[ses.secure] must be true for AWS SES'],
  ])('ses with %j is not the operator’s: %s', (given, reason) => {
    const operator = contextWith({ email: { ses } }, []);
    expect(() => validateConfig(email, { service: 'ses', from, ...given }, operator)).toThrow(
      new ValidationError(`error validating connector type config: ${reason}`),
    );
    const right = { service: 'ses', from, ...ses, secure: true };
    expect(validateConfig(email, right, operator)).toMatchObject(right);
  });

  it('of a service that is known by name is not asked for in the list of enabled ones', () => {
    const settings = { email: { enabledServices: ['other'] } };
    expect(validateConfig(email, { service: 'hotmail', from }, contextWith(settings))).toBeDefined();
    expect(validateConfig(email, { service: '__json', from }, contextWith(settings, []))).toBeDefined();
  });
});

describe('.email secrets', () => {
  it('are null where they are not given, and no others', () => {
    const nulls = { user: null, password: null, clientSecret: null };
    expect(validateSecrets(email, {}, context)).toEqual(nulls);
    expect(validateSecrets(email, undefined, context)).toEqual(nulls);
    expect(() => validateSecrets(email, { token: 'x' }, context)).toThrow('Unrecognized key');
  });

  const exchange = { service: 'exchange_server', clientId: 'c', tenantId: 't', from };
  it.each([
    [{ service: 'gmail', from }, {}, '[user] is required'],
    [{ service: 'gmail', from }, { password: 'p' }, '[user] is required'],
    [{ service: 'gmail', from }, { user: 'u' }, '[password] is required'],
    [{ service: '__json', from }, {}, '[user] is required'],
    [exchange, { user: 'u', password: 'p' }, '[clientSecret] is required'],
  ])('of %j may not be %j', (given, secrets, reason) => {
    expect(() => check(given, secrets)).toThrow(
      new ValidationError(`error validating action type connector: ${reason}`),
    );
  });

  it.each([
    [{ service: 'gmail', hasAuth: false, from }, {}],
    [
      { service: 'gmail', from },
      { user: 'u', password: 'p' },
    ],
    [exchange, { clientSecret: 's' }],
    [{ ...exchange, hasAuth: true }, { clientSecret: 's' }],
  ])('of %j may be %j', (given, secrets) => {
    expect(() => check(given, secrets)).not.toThrow();
  });

  function check(given: object, secrets: object) {
    const connector = {
      config: validateConfig(email, given, context),
      secrets: validateSecrets(email, secrets, context),
    };
    validateConnector(email, connector, context);
  }
});

describe('.email params', () => {
  const params = { to: ['a@b.example'], subject: 's', message: 'm' };

  it('have defaults', () => {
    expect(validateParams(email, params, context)).toEqual({
      ...params,
      cc: [],
      bcc: [],
      messageHTML: null,
      kibanaFooterLink: { path: '/', text: 'Go to Elastic' },
    });
    const link = { ...params, kibanaFooterLink: { path: '/x' } };
    expect(validateParams(email, link, context)).toMatchObject({
      kibanaFooterLink: { path: '/x', text: 'Go to Elastic' },
    });
  });

  it.each([
    { ...params, to: ['', ' ', 'a@b.example'] },
    { ...params, to: ['{{sneaky}}'], cc: ['{{a}}@{{b}}', 'x {{y}} z'] },
    { ...params, replyTo: ['{{sneaky}}', ''] },
    { to: [], bcc: ['a@b.example'], subject: '', message: '' },
  ])('may be %j', (given) => {
    expect(() => validateParams(email, given, context)).not.toThrow();
  });

  const long = `${'a'.repeat(501)}@b.example.`;
  it.each<[object, string, SettingsOverrides?]>([
    [
      { to: ['a@b.example'] },
      '✖ Invalid input: expected string, received undefined\n  → at subject\n✖ Invalid input: expected string, received undefined\n  → at message',
    ],
    [
      { ...params, to: [`${long}${'x'.repeat(513 - long.length)}`] },
      '✖ Too big: expected string to have <=512 characters\n  → at to[0]',
    ],
    [
      { ...params, to: Array(101).fill('a@b.example') },
      '✖ Too big: expected array to have <=100 items\n  → at to',
    ],
    [
      { ...params, replyTo: Array(11).fill('a@b.example') },
      '✖ Too big: expected array to have <=10 items\n  → at replyTo',
    ],
    [
      { ...params, attachments: [{ content: 'x', filename: 'f', path: '/etc/passwd' }] },
      '✖ Unrecognized key: "path"\n  → at attachments[0]',
    ],
    [{ subject: 's', message: 'm' }, 'At least one entry in [to], [cc], or [bcc] is required'],
    [{ ...params, to: ['', ' '], cc: [''] }, 'At least one entry in [to], [cc], or [bcc] is required'],
    [{ ...params, cc: ['nobody'] }, '[to/cc/bcc]: not valid emails: nobody'],
    [{ ...params, replyTo: ['nobody'] }, '[to/cc/bcc/replyTo]: not valid emails: nobody'],
    [
      { ...params, to: ['}}a@b.example{{'] },
      '[to/cc/bcc]: not valid emails: }}a@b.example{{',
      { email: { domainAllowlist: ['c.example'] } },
    ],
    [
      { ...params, to: ['a@in.example'], cc: ['c@out.example'], bcc: ['b@out.example'] },
      '[to/cc/bcc]: not allowed emails: c@out.example, b@out.example',
      { email: { domainAllowlist: ['in.example'] } },
    ],
    [
      { ...params, replyTo: ['c@out.example'] },
      '[to/cc/bcc/replyTo]: not allowed emails: c@out.example',
      { email: { domainAllowlist: ['b.example'] } },
    ],
    [
      { ...params, bcc: ['c@out.example'], replyTo: ['d@out.example'] },
      '[to/cc/bcc/replyTo]: not allowed emails: c@out.example',
      { email: { recipientAllowlist: ['*@b.example'] } },
    ],
  ])('%j are refused: %s', (given, reason, settings) => {
    expect(() => validateParams(email, given, contextWith(settings))).toThrow(
      new ValidationError(`error validating action params: ${reason}`),
    );
  });
});
