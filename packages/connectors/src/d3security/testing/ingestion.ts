import { type ReceivedRequest, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export const PATH = '/VSOC/api/Data/IngestEvent';
export const TOKEN = 'token12345';

/** Plays the ingestion of events: asks for the key, and for the hit of a search with its raw data. */
export function ingestion({ limit = Number.POSITIVE_INFINITY }: { limit?: number } = {}) {
  let taken = 0;
  return standIn((request) => {
    const refusal = refuse(request);
    if (refusal !== undefined) return refusal;
    if (++taken > limit) return { status: 429, headers: { 'retry-after': '30' } };
    return { body: '{"refid":"12345","more":true}' };
  });
}

function refuse({ method, url, headers, body }: ReceivedRequest): StandInAnswer | undefined {
  if (url !== PATH) return { status: 404 };
  if (method !== 'POST') return { status: 405 };
  if (headers.d3key !== TOKEN) return { status: 401, body: '{"error":"never shown"}' };
  if (headers['content-type'] !== 'application/json') return { status: 415 };
  const source = JSON.parse(body).hits?.hits?._source ?? {};
  const isEvent = 'rawData' in source && 'event.type' in source && 'kibana.alert.severity' in source;
  return isEvent ? undefined : { status: 400 };
}
