import { defineConnectorSpec, type HttpOptions, reasonAt, type SpecContext, urlPath } from '@patchbay/kit';
import { z } from 'zod';

const schema = z.strictObject({
  subdomain: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]+$/, 'expected letters, digits and hyphens')
    .max(63)
    .meta({ title: 'Subdomain', description: 'Of https://SUBDOMAIN.zendesk.com.' }),
});

type Context = SpecContext<z.output<typeof schema>>;

const read = async ({ client, config }: Context, path: string, query?: HttpOptions['query']) =>
  (await client.get(`https://${config.subdomain}.zendesk.com/api/v2${path}`, query && { query })).json();

/** https://developer.zendesk.com/api-reference/introduction/pagination/ */
const PER_PAGE_MAX = 100;

const pages = {
  page: z.int().min(1).default(1).meta({ title: 'Page' }),
  perPage: z.int().min(1).max(PER_PAGE_MAX).default(25).meta({ title: 'Results to a page' }),
};
const include = z
  .string()
  .max(200)
  .optional()
  .meta({ title: 'Include', description: 'What is answered besides, such as `users,groups`.' });
const ticketId = z.string().regex(/^\d+$/, 'expected digits').max(20).meta({ title: 'Ticket ID' });

const me = z.object({ user: z.object({ email: z.string().nullish(), name: z.string().nullish() }) });

/** Zendesk's Ticketing API. https://developer.zendesk.com/api-reference/ticketing/introduction/ */
export const zendesk = defineConnectorSpec({
  metadata: {
    id: '.zendesk',
    displayName: 'Zendesk',
    description: 'Searches and reads tickets, users and articles in Zendesk.',
    docsUrl: 'https://developer.zendesk.com/api-reference/ticketing/introduction/',
    minimumLicense: 'enterprise',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
    isTechnicalPreview: true,
  },
  auth: { types: [{ type: 'basic', label: 'Email and API token' }] },
  schema,
  actions: {
    search: {
      description: 'Tickets, users, organizations and groups that a query in Zendesk’s language finds.',
      input: z.strictObject({
        query: z.string().min(1).max(2000).meta({ title: 'Query' }),
        sortBy: z
          .enum(['updated_at', 'created_at', 'priority', 'status', 'ticket_type'])
          .optional()
          .meta({ title: 'Sort by', description: 'Left out: by relevance.' }),
        sortOrder: z.enum(['asc', 'desc']).optional().meta({ title: 'Order' }),
        page: z.int().min(1).optional().meta({ title: 'Page' }),
        perPage: z.int().min(1).max(PER_PAGE_MAX).optional().meta({ title: 'Results to a page' }),
        include,
      }),
      handler: (context, { query, sortBy, sortOrder, page, perPage, include }) =>
        read(context, '/search', {
          query,
          sort_by: sortBy,
          sort_order: sortOrder,
          page,
          per_page: perPage,
          include: include || undefined,
        }),
    },
    listTickets: {
      description: 'Tickets, page by page.',
      input: z.strictObject({ ...pages, include }),
      handler: (context, { page, perPage, include }) =>
        read(context, '/tickets.json', { page, per_page: perPage, include: include || undefined }),
    },
    getTicket: {
      description: 'A ticket, with the number of its comments.',
      input: z.strictObject({ ticketId }),
      handler: (context, { ticketId }) =>
        read(context, urlPath`/tickets/${ticketId}.json`, { include: 'comment_count' }),
    },
    getTicketComments: {
      description: 'The comments of a ticket, public and private.',
      input: z.strictObject({
        ticketId,
        ...pages,
        include,
        includeInlineImages: z.boolean().optional().meta({ title: 'With inline images' }),
      }),
      handler: (context, { ticketId, page, perPage, include, includeInlineImages }) =>
        read(context, urlPath`/tickets/${ticketId}/comments.json`, {
          page,
          per_page: perPage,
          include: include || undefined,
          include_inline_images: includeInlineImages,
        }),
    },
    whoAmI: {
      description: 'The user whose credentials these are.',
      input: z.strictObject({}),
      handler: (context) => read(context, '/users/me.json'),
    },
  },
  test: {
    description: 'Whether Zendesk takes the credentials.',
    async handler(context) {
      const { user } = me.parse(await read(context, '/users/me.json'));
      return {
        ok: true,
        message: `Successfully connected to Zendesk as ${user.email ?? user.name ?? 'user'}`,
      };
    },
  },
  failureText: reasonAt(['description'], ['error', 'message'], ['error', 'title'], ['error']),
  example: {
    name: 'Zendesk',
    config: { subdomain: 'acme' },
    secrets: { authType: 'basic', username: 'patchbay@acme.example/token', password: 'the-api-token' },
    params: [
      {
        subAction: 'search',
        subActionParams: { query: 'type:ticket status:open priority:urgent', sortBy: 'updated_at' },
      },
      { subAction: 'getTicketComments', subActionParams: { ticketId: '4711' } },
    ],
  },
});
