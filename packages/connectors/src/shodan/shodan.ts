import { defineConnectorSpec, type HttpResponse, reasonAt, type SpecContext } from '@patchbay/kit';
import { z } from 'zod';

const API = 'https://api.shodan.io/shodan';
const KEY = 'X-Api-Key';

const QUERY_MAX = 2000;

const query = z.string().min(1).max(QUERY_MAX).meta({ title: 'Query' });
const answer = z.looseObject({});

/** Shodan takes its key in the query only. https://developer.shodan.io/api */
function get(
  { client, secrets }: SpecContext<unknown>,
  path: string,
  given: Record<string, string | number | undefined> = {},
): Promise<HttpResponse> {
  const query = { ...given, key: String(secrets[KEY]) };
  return client.get(`${API}${path}`, { query, sensitiveQuery: ['key'] });
}

/** Shodan's REST API. https://developer.shodan.io/api */
export const shodan = defineConnectorSpec({
  metadata: {
    id: '.shodan',
    displayName: 'Shodan',
    description: 'Finds what hosts offer to the internet.',
    docsUrl: 'https://developer.shodan.io/api',
    minimumLicense: 'gold',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
  },
  auth: { types: [{ type: 'api_key_header', defaults: { headerField: KEY } }] },
  actions: {
    searchHosts: {
      description: 'Hosts that match a query in Shodan’s own language, a hundred to a page.',
      input: z.strictObject({ query, page: z.int().min(1).default(1).meta({ title: 'Page' }) }),
      async handler(context, given) {
        const { matches, total, facets } = (await get(context, '/host/search', given)).json(answer);
        return { matches, total, facets };
      },
    },
    getHostInfo: {
      description: 'Ports, names and place of a host, and what its services say.',
      input: z.strictObject({ ip: z.union([z.ipv4(), z.ipv6()]).meta({ title: 'IP address' }) }),
      async handler(context, { ip }) {
        const found = (await get(context, `/host/${ip}`)).json(answer);
        return {
          ip: found.ip_str,
          ports: found.ports,
          hostnames: found.hostnames,
          city: found.city,
          country: found.country_name,
          org: found.org,
          data: found.data,
        };
      },
    },
    countResults: {
      description: 'How many hosts match a query. Costs no query credits.',
      input: z.strictObject({
        query,
        facets: z
          .string()
          .max(QUERY_MAX)
          .optional()
          .meta({ title: 'Facets', description: 'Properties to count by, such as `org,os:5`.' }),
      }),
      async handler(context, { query, facets }) {
        const found = (await get(context, '/host/count', { query, facets: facets || undefined })).json(
          answer,
        );
        return { total: found.total, facets: found.facets };
      },
    },
    getServices: {
      description: 'The services that Shodan looks for, by port.',
      input: z.strictObject({}),
      handler: async (context) => ({ services: (await get(context, '/services')).json() }),
    },
  },
  test: {
    description: 'Whether Shodan takes the key.',
    async handler(context) {
      await get(context, '/host/8.8.8.8');
      return { ok: true, message: 'Successfully connected to Shodan API' };
    },
  },
  failureText: reasonAt(['error']),
  example: {
    name: 'Shodan',
    secrets: { authType: 'api_key_header', [KEY]: 'the-api-key' },
    params: [
      { subAction: 'getHostInfo', subActionParams: { ip: '203.0.113.7' } },
      { subAction: 'searchHosts', subActionParams: { query: 'org:"Example" port:3389' } },
      { subAction: 'countResults', subActionParams: { query: 'apache country:NL', facets: 'org' } },
    ],
  },
});
