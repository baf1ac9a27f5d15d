import {
  ActionError,
  ALERT_HISTORY_CONNECTOR_ID,
  ALERT_HISTORY_PREFIX,
  type BulkAnswer,
  type BulkItem,
  defineConnectorType,
  messageOf,
} from '@patchbay/kit';
import { z } from 'zod';
import { alertHistoryDocument } from './alert-history-document.ts';

const config = z.strictObject({
  index: z.string().meta({ title: 'Index', description: 'The index, alias or data stream to write to.' }),
  refresh: z.boolean().default(false).meta({
    title: 'Refresh',
    description: 'Whether documents can be searched as soon as the action is done.',
  }),
  executionTimeField: z.string().nullable().default(null).meta({
    title: 'Time field',
    description: 'The field of each document that is set to the time of the run.',
  }),
});

const params = z.strictObject({
  documents: z
    .array(z.record(z.string(), z.unknown()))
    .meta({ title: 'Documents', description: 'The documents to create.' }),
  indexOverride: z
    .string()
    .refine((index) => index.startsWith(ALERT_HISTORY_PREFIX), {
      message: `index must start with "${ALERT_HISTORY_PREFIX}"`,
    })
    .nullable()
    .default(null)
    .meta({ title: 'Index override', description: 'An alert-history index to write to instead.' }),
});

/**
 * Creates documents in Elasticsearch, with one bulk request, so that data streams work too.
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
export const indexDocuments = defineConnectorType({
  id: '.index',
  name: 'Index',
  description: 'Writes documents to Elasticsearch.',
  minimumLicense: 'basic',
  features: ['alerting', 'uptime', 'siem'],
  config,
  secrets: z.strictObject({}).default({}),
  params,
  example: {
    name: 'Alerts over time',
    config: { index: 'alerts', executionTimeField: '@timestamp' },
    params: { documents: [{ host: 'host-1', message: 'Disk is full' }] },
  },
  renderParams({ documents, indexOverride }, render, context) {
    if (context?.connectorId !== ALERT_HISTORY_CONNECTOR_ID) {
      return { documents: render.deep(documents, 'none'), indexOverride: null };
    }
    const document = alertHistoryDocument(context.variables, context.now());
    if (document === undefined) {
      throw new Error(`error creating alert history document for ${ALERT_HISTORY_CONNECTOR_ID} connector`);
    }
    return { documents: [document], indexOverride: render.text(indexOverride as string | null, 'none') };
  },
  async execute({ config: { index, refresh, executionTimeField }, params, elasticsearch, log, signal, now }) {
    const timeField = executionTimeField?.trim() ?? '';
    const documents =
      timeField === ''
        ? params.documents
        : params.documents.map((document) => ({ ...document, [timeField]: now().toISOString() }));
    const answer = await elasticsearch
      .bulk({ index: params.indexOverride ?? index, refresh, documents, signal })
      .catch((cause) => {
        throw failure(messageOf(cause), cause);
      });
    if (answer.errors) throw failure(reasonsOf(answer));
    return answer;

    function failure(serviceMessage: string, cause?: unknown): ActionError {
      log.error(`error indexing documents: ${serviceMessage}`);
      return new ActionError('error indexing documents', { serviceMessage, cause });
    }
  },
});

/** `reason;reason (cause;cause)`. */
function reasonsOf({ items }: BulkAnswer): string {
  const errors = items.flatMap((item) => Object.values(item)).flatMap(({ error }: BulkItem) => error ?? []);
  const reasons = errors.flatMap(({ reason }) => reason || []);
  if (reasons.length === 0) return 'Indexing error but no reason returned.';
  const causes = errors.flatMap(({ caused_by }) => caused_by?.reason || []);
  return reasons.join(';') + (causes.length === 0 ? '' : ` (${causes.join(';')})`);
}
