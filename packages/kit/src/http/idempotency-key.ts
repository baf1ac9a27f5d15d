import { mergeHeaders } from './headers.ts';
import type { HttpMethod, HttpOptions } from './http.ts';

/**
 * The call with the header by which a web service that knows it drops what it has had. Nothing is added where nothing is
 * repeated, to a GET, which changes nothing however often it comes, nor to a call that has the header. The value stands
 * bare, as the services have it that take one; the draft puts it in quotes.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function withIdempotencyKey<Call extends { method: HttpMethod; options: HttpOptions }>(
  call: Call,
  deliveryId: string | undefined,
): Call {
  if (deliveryId === undefined || call.method === 'GET') return call;
  const headers = mergeHeaders({ 'Idempotency-Key': deliveryId }, call.options.headers);
  return { ...call, options: { ...call.options, headers } };
}
