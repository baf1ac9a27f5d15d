import { type ActionContext, type PushedIncident, percentEncode } from '@patchbay/kit';
import type { z } from 'zod';
import type { incidentConfig, Secrets } from './account.ts';
import { queryValue } from './encoded-query.ts';
import { type Called, orFail, RefusedError } from './failure.ts';
import { type Incident, type IncidentFields, importSetRow } from './incident-body.ts';
import { openInstance } from './instance.ts';

export type IncidentContext = ActionContext<z.output<typeof incidentConfig>, Secrets>;

/** A kind of incident, and the Elastic application in ServiceNow that takes it. */
export interface IncidentKind {
  table: string;
  importSetTable: string;
  /** Of the application. */
  scope: string;
}

/** A row of the incident's table. */
export type Row = Record<string, unknown>;

const READ: Called = { method: 'get', endpoint: 'table' };

export type IncidentService = ReturnType<typeof incidentService>;

/**
 * The calls of one kind of incident. Two ways to write: straight into the table, or (`usesTableApi: false`) through the
 * application's import set, for which the application has to be there.
 * https://developer.servicenow.com/dev.do#!/reference/api/rome/rest/c_TableAPI
 * https://developer.servicenow.com/dev.do#!/reference/api/rome/rest/c_ImportSetAPI
 */
export function incidentService(context: IncidentContext, kind: IncidentKind) {
  const { config, secrets, deliveryId, log, now } = context;
  const instance = openInstance(context);
  const { importSetTable, scope } = kind;
  const table = `/api/now/v2/table/${kind.table}`;
  const importSet = `/api/now/import/${importSetTable}`;
  const row = (id: string) => `${table}/${percentEncode(id)}`;

  const ensureApplication = () =>
    orFail('Unable to get application version', { method: 'get', endpoint: 'health' }, async () => {
      const { name, version } = (await instance.call('GET', `/api/${scope}/elastic_api/health`)) as Row;
      log.debug(`ServiceNow application ${name} (${scope}), version ${version}`);
    });

  const getIncident = (id: string) =>
    orFail(`Unable to get incident with id ${id}`, READ, async () => {
      ensureFilled(id, 'Incident id is empty.');
      return (await instance.call('GET', row(id))) as Row;
    });

  const write = config.usesTableApi
    ? {
        created: { method: 'post', endpoint: 'table' } as const,
        updated: { method: 'patch', endpoint: 'table' } as const,
        create: async (incident: Incident) =>
          sysIdOf(await instance.call('POST', table, withoutAdditional(incident))),
        update: async (id: string, incident: Incident) =>
          sysIdOf(await instance.call('PATCH', row(id), withoutAdditional(incident))),
      }
    : {
        created: { method: 'post', endpoint: 'import_set' } as const,
        updated: { method: 'post', endpoint: 'import_set' } as const,
        async create(incident: Incident) {
          await ensureApplication();
          return imported(await instance.call('POST', importSet, importSetRow(incident)));
        },
        async update(id: string, incident: Incident) {
          await ensureApplication();
          const json = { ...importSetRow(incident), elastic_incident_id: id };
          return imported(await instance.call('POST', importSet, json));
        },
      };

  const summaryOf = (found: Row, date: unknown): PushedIncident => ({
    title: found.number as string,
    id: sysIdOf(found),
    pushedDate: (dateIn(date) ?? now()).toISOString(),
    url: `${instance.url}/nav_to.do?uri=${kind.table}.do?sys_id=${sysIdOf(found)}`,
  });

  return {
    instance,
    updated: write.updated,
    /** For an incident without one. The application makes a repeat an update by it; in a table it would do nothing. */
    correlationId: config.usesTableApi ? undefined : deliveryId,
    ensureApplication,
    getIncident,
    summaryOf,

    create: (incident: Incident): Promise<PushedIncident> =>
      orFail('Unable to create incident', write.created, async () => {
        const { username } = secrets;
        const id = await write.create({ ...incident, caller_id: username, opened_by: username });
        const created = await getIncident(id);
        return summaryOf(created, created.sys_created_on);
      }),

    update: (id: string, incident: Incident): Promise<PushedIncident> =>
      orFail(`Unable to update incident with id ${id}`, write.updated, async () => {
        ensureFilled(id, 'Incident id is empty.');
        const updated = await getIncident(await write.update(id, incident));
        return summaryOf(updated, updated.sys_updated_on);
      }),

    /** The newest with this correlation id. */
    findByCorrelationId: (correlationId: string): Promise<Row | undefined> =>
      orFail(`Unable to get incident by correlation ID ${correlationId}`, READ, async () => {
        ensureFilled(correlationId, 'Correlation ID is empty.');
        const query = `ORDERBYDESCsys_created_on^correlation_id=${queryValue(correlationId)}`;
        return firstOf(await instance.call('GET', `${table}?sysparm_query=${query}`));
      }),
  };
}

function withoutAdditional({ additional_fields, ...fields }: Incident): IncidentFields {
  if (!additional_fields) return fields;
  throw new RefusedError('ServiceNow additional fields are not supported for deprecated connectors.', {
    status: '400',
    source: 'framework',
  });
}

/** The incident that a row of the import set became. A row that was refused is answered with a good status. */
function imported(result: unknown): string {
  const first = firstOf(result);
  if (first === undefined) throw new RefusedError('Unexpected result', { status: 'none', source: 'user' });
  const { status, error_message: message } = first;
  if (status === 'error') {
    const words = typeof message === 'string' ? message : 'Unexpected result';
    throw new RefusedError(words, { status, source: 'user' });
  }
  return sysIdOf(first);
}

function firstOf(result: unknown): Row | undefined {
  return Array.isArray(result) ? result[0] : undefined;
}

/** Empty where the row has none. */
export function sysIdOf(row: unknown): string {
  const { sys_id: id } = Object(row) as Row;
  return typeof id === 'string' ? id : '';
}

function ensureFilled(id: string, message: string): void {
  if (id.trim() === '') throw new Error(message);
}

/** `YYYY-MM-DD HH:MM:SS`, in GMT whatever the instance's time zone is. */
function dateIn(text: unknown): Date | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  const date = new Date(`${text} GMT`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
