import { defineConnectorSpec, reasonAt } from '@patchbay/kit';
import { z } from 'zod';

const API = 'https://api.search.brave.com/res/v1/web/search';

/** https://api-dashboard.search.brave.com/app/documentation/web-search/query */
const QUERY_MAX = 400;
const COUNT_MAX = 20;
const OFFSET_MAX = 9;

const found = z.looseObject({
  web: z.looseObject({ results: z.array(z.unknown()).optional() }).optional(),
});

/** Brave's Web Search API. https://api-dashboard.search.brave.com/app/documentation */
export const braveSearch = defineConnectorSpec({
  metadata: {
    id: '.brave-search',
    displayName: 'Brave Search',
    description: 'Searches the web.',
    docsUrl: 'https://api-dashboard.search.brave.com/app/documentation',
    minimumLicense: 'enterprise',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
    isTechnicalPreview: true,
  },
  auth: { types: [{ type: 'api_key_header', defaults: { headerField: 'X-Subscription-Token' } }] },
  actions: {
    webSearch: {
      description: 'Pages of the web that match a query.',
      input: z.strictObject({
        q: z.string().min(1).max(QUERY_MAX).meta({ title: 'Query' }),
        count: z.int().min(1).max(COUNT_MAX).default(10).meta({ title: 'Results' }),
        offset: z
          .int()
          .min(0)
          .max(OFFSET_MAX)
          .default(0)
          .meta({ title: 'Offset', description: 'Pages of `count` results to leave out.' }),
      }),
      async handler({ client }, query) {
        const answer = (await client.get(API, { query, headers: { Accept: 'application/json' } })).json(
          found,
        );
        return { query: answer.query, results: answer.web?.results ?? [], type: answer.type };
      },
    },
  },
  test: {
    description: 'Whether Brave takes the key. Counts as one search.',
    async handler({ client }) {
      await client.get(API, { query: { q: 'test', count: 1 }, headers: { Accept: 'application/json' } });
      return { ok: true, message: 'Successfully connected to Brave Search API' };
    },
  },
  failureText: reasonAt(['error', 'detail']),
  example: {
    name: 'Brave Search',
    secrets: { authType: 'api_key_header', 'X-Subscription-Token': 'the-api-key' },
    params: { subAction: 'webSearch', subActionParams: { q: 'CVE-2026-1234 exploited', count: 5 } },
  },
});
