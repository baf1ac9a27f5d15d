import { z } from 'zod';
import { clientWith } from '../../http/index.ts';
import type { AuthType } from './auth-type.ts';
import { secret } from './field.ts';

const names = z.array(z.string().min(1)).min(1);

/** For services that take keys in the URL's query only. Each field is named after its parameter. */
export const apiKeyQuery: AuthType = {
  id: 'api_key_query',
  title: 'API key in the query',
  urls: [],
  fields: ({ paramNames = ['apiKey'] } = {}) =>
    z.strictObject(Object.fromEntries(names.parse(paramNames).map((name) => [name, secret(name)]))),
  client: ({ http, secrets: { authType, ...keys } }) =>
    clientWith(http, { query: keys as Record<string, string>, sensitiveQuery: Object.keys(keys) }),
};
