import { z } from 'zod';
import { clientWith } from '../../http/index.ts';
import { defineAuthType } from './auth-type.ts';
import { secret, text, trust, trustOf } from './field.ts';

/** https://www.rfc-editor.org/rfc/rfc7617 */
const credentials = { username: text('Username'), password: secret('Password') };

export const basic = defineAuthType({
  id: 'basic',
  title: 'Basic authentication',
  fields: z.strictObject(credentials),
  client: ({ http, secrets: { username, password } }) =>
    clientWith(http, { auth: { user: username, password } }),
});

export const basicWithTls = defineAuthType({
  id: 'basic_with_tls',
  title: 'Basic authentication, private certificate authority',
  fields: z.strictObject({ ...credentials, ...trust }),
  client: ({ http, secrets: { username, password, ...given } }) =>
    clientWith(http, { auth: { user: username, password }, tls: trustOf(given) }),
});
