import { type BulkAnswer, type BulkItem, type Elasticsearch, ElasticsearchError } from '@patchbay/kit';
import type { WrittenEvent } from '../../store/index.ts';

/** What became of the events of one request. */
export interface BulkOutcome {
  /** To be sent again: Elasticsearch has no room for them now. */
  left: WrittenEvent[];
  /** Never taken, whatever is done: why, each of them. */
  refused: { id: string; reason: string }[];
}

/**
 * The same for an event wherever it is kept and however often it is sent: a run has one of each kind. Elasticsearch keeps the
 * first of those with one id.
 */
export function exportId({ executionUuid, action }: Pick<WrittenEvent, 'executionUuid' | 'action'>): string {
  return `${executionUuid}:${action}`;
}

/** Throws `ElasticsearchError` where all of it was refused, or no answer came. */
export async function sendEvents(
  elasticsearch: Pick<Elasticsearch, 'request'>,
  {
    dataStream,
    events,
    signal,
  }: { dataStream: string; events: readonly WrittenEvent[]; signal: AbortSignal },
): Promise<BulkOutcome> {
  const lines = events.map(
    (event) => `${JSON.stringify({ create: { _id: exportId(event) } })}\n${event.document}\n`,
  );
  const { body } = await elasticsearch.request({
    method: 'POST',
    path: `/${encodeURIComponent(dataStream)}/_bulk`,
    body: lines.join(''),
    signal,
  });
  const { items } = body as BulkAnswer;
  const verdicts = events.map((event, n) => {
    const item = items[n]?.create;
    return { event, item, verdict: verdictOf(item) };
  });
  const refused = verdicts.filter(({ verdict }) => verdict === 'refused');
  const [first] = refused;
  const isTakingOthers = verdicts.some(({ verdict }) => verdict === 'taken');
  if (first !== undefined && !isTakingOthers && !refused.some(({ item }) => isAboutDocument(item)))
    throw new ElasticsearchError(reasonOf(first.item), { status: first.item?.status ?? 400 });
  return {
    left: verdicts.filter(({ verdict }) => verdict === 'again').map(({ event }) => event),
    refused: refused.map(({ event, item }) => ({ id: exportId(event), reason: reasonOf(item) })),
  };
}

/** Others that are refused may be so since the data stream is: those wait, and none is left out. */
const ABOUT_DOCUMENTS = new Set([
  'document_parsing_exception',
  'mapper_parsing_exception',
  'strict_dynamic_mapping_exception',
]);

function isAboutDocument(item: BulkItem | undefined): boolean {
  return ABOUT_DOCUMENTS.has(item?.error?.type ?? '');
}

function verdictOf(item: BulkItem | undefined): 'taken' | 'again' | 'refused' {
  const status = item?.status;
  // A conflict: it was there already.
  if (status === 409 || (status !== undefined && status < 300)) return 'taken';
  return status === undefined || status === 429 || status >= 500 ? 'again' : 'refused';
}

function reasonOf(item: BulkItem | undefined): string {
  const { type, reason } = item?.error ?? {};
  return [type, reason].filter((part) => part !== undefined).join(': ') || `status ${item?.status}`;
}
