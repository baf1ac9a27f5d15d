import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const PATH = '/v1/webhooks/00000000-1111-2222-3333-444444444444';
export const TOKEN = 'someRandomToken';

/** Plays a webhook integration of Torq, as `localhost`. `limit`: requests that it takes before it answers 429. */
export async function webhookIntegration({ limit = Number.POSITIVE_INFINITY }: { limit?: number } = {}) {
  let taken = 0;
  const vendor = await standIn((request) => {
    const refusal = refuse(request);
    if (refusal !== undefined) return refusal;
    if (++taken > limit) return { status: 429, headers: { 'retry-after': '30' } };
    return { status: 200, body: '{"success":true}' };
  });
  return { ...vendor, url: localhost(vendor.url) };
}

/** The only name of this machine that the type takes. */
export function localhost(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}

function refuse({ method, url, headers, body }: ReceivedRequest): StandInAnswer | undefined {
  if (url !== PATH) return { status: 404, body: '{"message":"webhook not found"}' };
  if (method !== 'POST') return { status: 405 };
  if (headers['x-torq-token'] !== TOKEN) return { status: 401, body: '{"message":"unauthorized"}' };
  if (headers['content-type'] !== 'application/json') return { status: 415 };
  if (body !== '') JSON.parse(body);
  return undefined;
}
