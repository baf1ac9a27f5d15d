import type { Logger, PushedIncident } from '@patchbay/kit';
import { orFail, ServiceNowError } from './failure.ts';
import { type IncidentService, type Row, sysIdOf } from './incident-service.ts';

/** The state of an incident as ServiceNow ships it. */
const CLOSED = '7';

export interface IncidentToClose {
  externalId: string | null;
  correlation_id: string | null;
}

/** Closes the incident with this sys_id, else the newest with this correlation id. What is not there is no error. */
export async function closeIncident(
  incident: IncidentToClose,
  service: IncidentService,
  log: Logger,
): Promise<PushedIncident | Record<string, never>> {
  const { externalId, correlation_id } = incident;
  if (externalId === null && correlation_id === null) {
    throw new Error('No correlationId or incidentId found.');
  }
  const named = `externalId ${JSON.stringify(externalId)}, correlation_id ${JSON.stringify(correlation_id)}`;
  return orFail('Unable to close incident', service.updated, async () => {
    const found = await find(incident, service);
    if (found === undefined || Object.keys(found).length === 0) {
      log.warn(`No incident to close in ServiceNow: ${named}`);
      return {};
    }
    if (found.state === CLOSED) {
      log.warn(`The incident in ServiceNow is closed already: ${named}`);
      return service.summaryOf(found, found.sys_updated_on);
    }
    return service.update(sysIdOf(found), {
      state: CLOSED,
      close_code: 'Closed/Resolved by Caller',
      close_notes: 'Closed by Caller',
    });
  }).catch((error) => {
    if (!(error instanceof ServiceNowError && error.response?.status === 404)) throw error;
    log.warn(`No incident to close in ServiceNow: ${named}: ${error.message}`);
    return {};
  });
}

async function find(
  { externalId, correlation_id }: IncidentToClose,
  { getIncident, findByCorrelationId }: IncidentService,
): Promise<Row | undefined> {
  if (externalId) return getIncident(externalId);
  return correlation_id ? findByCorrelationId(correlation_id) : undefined;
}
