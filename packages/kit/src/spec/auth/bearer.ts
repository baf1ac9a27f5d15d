import { z } from 'zod';
import { clientWith } from '../../http/index.ts';
import { defineAuthType } from './auth-type.ts';
import { secret, trust, trustOf } from './field.ts';

/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const credentials = { token: secret('Token') };
const headers = (token: string) => ({ Authorization: `Bearer ${token}` });

export const bearer = defineAuthType({
  id: 'bearer',
  title: 'Bearer token',
  fields: z.strictObject(credentials),
  client: ({ http, secrets: { token } }) => clientWith(http, { headers: headers(token) }),
});

export const bearerWithTls = defineAuthType({
  id: 'bearer_with_tls',
  title: 'Bearer token, private certificate authority',
  fields: z.strictObject({ ...credentials, ...trust }),
  client: ({ http, secrets: { token, ...given } }) =>
    clientWith(http, { headers: headers(token), tls: trustOf(given) }),
});
