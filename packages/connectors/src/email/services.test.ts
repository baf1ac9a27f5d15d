import { operatorSettings } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { config as schema } from './schema.ts';
import { mailServer } from './services.ts';

const serverOf = (config: Record<string, unknown>, ses?: { host: string; port: number }) =>
  mailServer(schema.parse({ from: 'a@b.example', ...config }), operatorSettings({ email: { ses } }).email);

describe('the mail server of a service', () => {
  it.each([
    ['gmail', 'smtp.gmail.com', 465, true],
    ['outlook365', 'smtp.office365.com', 587, false],
    ['ses', 'email-smtp.us-east-1.amazonaws.com', 465, true],
    ['SES-EU-WEST-1', 'email-smtp.eu-west-1.amazonaws.com', 465, true],
    ['hotmail', 'smtp-mail.outlook.com', 587, false],
    ['AOL', 'smtp.aol.com', 587, false],
    ['Zoho', 'smtp.zoho.com', 465, true],
    ['Google Mail', 'smtp.gmail.com', 465, true],
    ['googlemail.com', 'smtp.gmail.com', 465, true],
    ['someone@googlemail.com', 'smtp.gmail.com', 465, true],
    ['G_M-A!I L'.replace('-', ''), 'smtp.gmail.com', 465, true],
  ])('%s is %s:%i, TLS at once: %s', (service, host, port, isSecure) => {
    expect(serverOf({ service, host: 'ignored.example', port: 1 })).toMatchObject({
      host,
      port,
      isSecure,
      isWellKnown: true,
    });
  });

  it.each(['', 'nobody', 'constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    '%j is none',
    (service) => {
      expect(serverOf({ service })).toBeUndefined();
    },
  );

  it.each([
    [{ port: 465 }, true],
    [{ port: 587 }, false],
    [{ port: 25, secure: true }, true],
    [{ port: 465, secure: false }, false],
  ])('other with %j is in TLS at once: %s', (given, isSecure) => {
    expect(serverOf({ host: 'mail.example', ...given })).toEqual({
      host: 'mail.example',
      port: given.port,
      isSecure,
      isWellKnown: false,
    });
  });

  it('of the cloud is its relay', () => {
    expect(serverOf({ service: 'elastic_cloud', host: 'x.example', port: 1, secure: true })).toEqual({
      host: 'dockerhost',
      port: 10025,
      isSecure: false,
      isWellKnown: false,
    });
  });

  it('of SES is the operator’s, if the operator names one', () => {
    expect(serverOf({ service: 'ses' }, { host: 'ses.example', port: 2465 })).toEqual({
      host: 'ses.example',
      port: 2465,
      isSecure: true,
      isWellKnown: false,
    });
  });

  it('may ask for its own way to log in and for STARTTLS', () => {
    expect(serverOf({ service: 'Zoho' })).toMatchObject({ authMethod: 'LOGIN' });
    expect(serverOf({ service: 'Proton' })).toMatchObject({ startTls: 'always' });
    expect(serverOf({ service: 'Maildev' })).toMatchObject({
      host: 'localhost',
      port: 1025,
      startTls: 'never',
    });
  });
});
