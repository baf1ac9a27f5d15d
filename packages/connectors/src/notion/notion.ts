import { defineConnectorSpec, reasonAt, urlPath } from '@patchbay/kit';
import { z } from 'zod';

const API = 'https://api.notion.com/v1';

/** https://developers.notion.com/reference/request-limits */
const PAGE_MAX = 100;
const TEXT_MAX = 2000;
const FILTER_MAX = 100_000;

const id = (title: string) => z.string().min(1).max(100).meta({ title });
const paging = {
  startCursor: z
    .string()
    .max(TEXT_MAX)
    .optional()
    .meta({ title: 'Cursor', description: 'Of the answer before.' }),
  pageSize: z.int().min(1).max(PAGE_MAX).default(10).meta({ title: 'Results to a page' }),
};

const filter = z
  .string()
  .max(FILTER_MAX)
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'expected JSON' });
      return z.NEVER;
    }
  })
  .optional()
  .meta({
    title: 'Filter',
    description: 'In JSON: https://developers.notion.com/reference/filter-data-source-entries.',
  });

/** Notion's API. https://developers.notion.com/reference/intro */
export const notion = defineConnectorSpec({
  metadata: {
    id: '.notion',
    displayName: 'Notion',
    description: 'Finds and reads pages and databases in Notion.',
    docsUrl: 'https://developers.notion.com/reference/intro',
    minimumLicense: 'enterprise',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
    isTechnicalPreview: true,
  },
  auth: {
    types: [
      {
        type: 'oauth_authorization_code',
        defaults: {
          authorizationUrl: 'https://api.notion.com/v1/oauth/authorize',
          tokenUrl: 'https://api.notion.com/v1/oauth/token',
        },
      },
      { type: 'bearer', label: 'Secret of an internal integration' },
    ],
    headers: { 'Notion-Version': '2025-09-03' },
  },
  actions: {
    searchPageOrDSByTitle: {
      description: 'Pages or data sources whose title has a text in it.',
      input: z.strictObject({
        query: z.string().max(TEXT_MAX).meta({ title: 'Text' }),
        queryObjectType: z.enum(['page', 'data_source']).meta({ title: 'Pages or data sources' }),
        ...paging,
      }),
      async handler({ client }, { query, queryObjectType, startCursor, pageSize }) {
        const search = {
          query,
          filter: { value: queryObjectType, property: 'object' },
          start_cursor: startCursor || undefined,
          page_size: pageSize,
        };
        return (await client.post(`${API}/search`, { json: search })).json();
      },
    },
    getPage: {
      description: 'A page: its title, properties and address, not its content.',
      input: z.strictObject({ pageId: id('Page ID') }),
      handler: async ({ client }, { pageId }) =>
        (await client.get(`${API}${urlPath`/pages/${pageId}`}`)).json(),
    },
    getDataSource: {
      description: 'A data source: what its columns are.',
      input: z.strictObject({ dataSourceId: id('Data source ID') }),
      handler: async ({ client }, { dataSourceId }) =>
        (await client.get(`${API}${urlPath`/data_sources/${dataSourceId}`}`)).json(),
    },
    queryDataSource: {
      description: 'Rows of a data source.',
      input: z.strictObject({ dataSourceId: id('Data source ID'), filter, ...paging }),
      async handler({ client }, { dataSourceId, filter, startCursor, pageSize }) {
        const query = { page_size: pageSize, start_cursor: startCursor || undefined, filter };
        return (
          await client.post(`${API}${urlPath`/data_sources/${dataSourceId}/query`}`, { json: query })
        ).json();
      },
    },
  },
  test: {
    description: 'Whether Notion takes the credentials.',
    async handler({ client }) {
      await client.get(`${API}/users`, { query: { page_size: 1 } });
      return { ok: true, message: 'Successfully connected to Notion API' };
    },
  },
  failureText: reasonAt(['message']),
  example: {
    name: 'Notion',
    secrets: { authType: 'bearer', token: 'ntn_...' },
    params: [
      { subAction: 'searchPageOrDSByTitle', subActionParams: { query: 'Runbook', queryObjectType: 'page' } },
      {
        subAction: 'queryDataSource',
        subActionParams: {
          dataSourceId: 'a1b2c3d4-5678-90ab-cdef-1234567890ab',
          filter: '{"property": "Status", "status": {"equals": "Open"}}',
        },
      },
    ],
  },
});
