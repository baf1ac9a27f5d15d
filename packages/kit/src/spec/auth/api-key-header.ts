import { z } from 'zod';
import { clientWith } from '../../http/index.ts';
import { type AuthType, defineAuthType } from './auth-type.ts';
import { secret, trust, trustOf } from './field.ts';

const HEADER = 'Api-Key';
const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'expected the name of a header');

/** The field is named after the header where a spec says which one it is; else whoever makes a connector says so. */
export const apiKeyHeader: AuthType = {
  id: 'api_key_header',
  title: 'API key in a header',
  urls: [],
  fields: (defaults) =>
    defaults === undefined
      ? z.strictObject({
          headerField: headerName.default(HEADER).meta({ title: 'Header' }),
          apiKey: secret('API key'),
        })
      : z.strictObject({ [headerName.parse(defaults.headerField ?? HEADER)]: secret('API key') }),
  client({ http, secrets: { authType, ...fields } }) {
    const [name = HEADER, key] =
      'headerField' in fields
        ? [String(fields.headerField), fields.apiKey]
        : (Object.entries(fields)[0] ?? []);
    return clientWith(http, { headers: { [name]: String(key) }, sensitiveHeaders: [name] });
  },
};

/** The key alone is the header `Authorization`. */
export const apiKeyHeaderWithTls = defineAuthType({
  id: 'api_key_header_with_tls',
  title: 'API key, private certificate authority',
  fields: z.strictObject({ apiKey: secret('API key'), ...trust }),
  client: ({ http, secrets: { apiKey, ...given } }) =>
    clientWith(http, { headers: { Authorization: apiKey }, tls: trustOf(given) }),
});
