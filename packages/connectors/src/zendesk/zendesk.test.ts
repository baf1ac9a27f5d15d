import { describe, expect, it } from 'vitest';
import { json, runSpec, type Vendor } from '../testing/run-spec.ts';
import { zendesk } from './zendesk.ts';

const vendor = (subdomain = 'acme', password = 't0ken'): Vendor => ({
  origin: 'https://acme.zendesk.com',
  config: { subdomain },
  secrets: { authType: 'basic', username: 'ann@acme.example/token', password },
  answer({ url, headers }) {
    if (headers.authorization !== `Basic ${btoa('ann@acme.example/token:t0ken')}`)
      return json({ error: "Couldn't authenticate you" }, 401);
    const { searchParams } = new URL(url, 'https://acme.zendesk.com');
    if (searchParams.get('query') === 'type:')
      return json({ error: 'invalid', description: 'Invalid search: type:' }, 422);
    if (searchParams.get('query') === 'often') return { ...json({}, 429), headers: { 'Retry-After': '93' } };
    if (url.includes('/tickets/404'))
      return json({ error: { title: 'No ticket', message: 'It is gone' } }, 404);
    if (url === '/api/v2/users/me.json')
      return json({ user: { id: 1, email: 'ann@acme.example', name: 'Ann' } });
    return json({ at: url });
  },
});

describe('.zendesk', () => {
  it.each<[string, object, string]>([
    ['search', { query: 'status:open a&b' }, '/search?query=status%3Aopen+a%26b'],
    [
      'search',
      { query: 'a', sortBy: 'updated_at', sortOrder: 'asc', page: 2, perPage: 10, include: 'tickets(users)' },
      '/search?query=a&sort_by=updated_at&sort_order=asc&page=2&per_page=10&include=tickets%28users%29',
    ],
    ['listTickets', {}, '/tickets.json?page=1&per_page=25'],
    [
      'listTickets',
      { page: 3, perPage: 100, include: 'users' },
      '/tickets.json?page=3&per_page=100&include=users',
    ],
    ['getTicket', { ticketId: '7' }, '/tickets/7.json?include=comment_count'],
    ['getTicketComments', { ticketId: '7' }, '/tickets/7/comments.json?page=1&per_page=25'],
    [
      'getTicketComments',
      { ticketId: '7', includeInlineImages: true },
      '/tickets/7/comments.json?page=1&per_page=25&include_inline_images=true',
    ],
  ])('%s %j', async (subAction, input, path) => {
    const { result, sent } = await runSpec(zendesk, vendor(), subAction, input);
    expect(result).toEqual({ actionId: 'test', status: 'ok', data: { at: `/api/v2${path}` } });
    expect(sent).toEqual([['GET', `/api/v2${path}`]]);
  });

  it('tells who it is', async () => {
    expect((await runSpec(zendesk, vendor(), 'whoAmI')).result.data).toMatchObject({ user: { id: 1 } });
    expect((await runSpec(zendesk, vendor(), 'test')).result.data).toEqual({
      ok: true,
      message: 'Successfully connected to Zendesk as ann@acme.example',
    });
  });

  it('tells Zendesk’s reason', async () => {
    expect((await runSpec(zendesk, vendor('acme', 'x'), 'test')).result).toMatchObject({
      message: "Request failed with status code 401: Couldn't authenticate you",
      retry: false,
    });
    expect((await runSpec(zendesk, vendor(), 'search', { query: 'type:' })).result.message).toBe(
      'Request failed with status code 422: Invalid search: type:',
    );
    expect((await runSpec(zendesk, vendor(), 'getTicket', { ticketId: '404' })).result.message).toBe(
      'Request failed with status code 404: It is gone',
    );
    expect((await runSpec(zendesk, vendor(), 'search', { query: 'often' })).result).toMatchObject({
      message: 'Request failed with status code 429',
      retry: expect.any(Date),
    });
  });

  it.each([
    ['getTicket', { ticketId: '7/../../users/me' }, 'ticketId'],
    ['listTickets', { perPage: 101 }, 'perPage'],
    ['search', { query: 'a', sortBy: 'subject' }, 'sortBy'],
  ])('%s refuses %j', async (subAction, input, field) => {
    await expect(runSpec(zendesk, vendor(), subAction, input)).rejects.toThrow(`at subActionParams.${field}`);
  });

  it.each(['evil.example/', 'a.b', ''])('is refused with the subdomain %j', async (subdomain) => {
    await expect(runSpec(zendesk, vendor(subdomain), 'test')).rejects.toThrow('→ at subdomain');
  });
});
