import { offsetOf } from '@patchbay/engine/cases';
import { http } from '@patchbay/engine/node-http';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import {
  caseAnswer,
  caseWithComments,
  foundAnswer,
  relatedCaseAnswer,
  userActionAnswer,
  userAnswer,
} from '../../wire/case.ts';
import { clientOf } from './client.ts';
import { caseChange, newCase, owner, severity, status } from './fields.ts';
import { ids, paging, several } from './query.ts';

const byCase = z.object({ case_id: z.string() });
const byOwner = z.strictObject({ owner: several(owner) });

const SEARCH_FIELDS = {
  title: 'title',
  description: 'description',
  'incremental_id.text': 'incrementalId',
} as const;

const findQuery = z.strictObject({
  owner: several(owner),
  status: several(status),
  severity: several(severity),
  tags: several(z.string()),
  assignees: several(z.string()),
  reporters: several(z.string()),
  category: several(z.string()),
  search: z.string().optional(),
  searchFields: several(z.enum(['title', 'description', 'incremental_id.text'])),
  defaultSearchOperator: z.enum(['AND', 'OR']).default('OR'),
  from: z.string().optional(),
  to: z.string().optional(),
  sortField: z
    .enum(['title', 'category', 'createdAt', 'updatedAt', 'closedAt', 'status', 'severity'])
    .default('createdAt'),
  ...paging,
});

export function caseRoutes(app: App, system: System): void {
  const config = { access: 'public' } as const;

  app.post(
    '/api/cases',
    { schema: { body: newCase }, config: { ...config, audit: 'case_create' } },
    async (request) => {
      const created = await clientOf(system, request).cases.create(request.body);
      request.auditedId = created.id;
      return caseAnswer(created, []);
    },
  );

  app.get('/api/cases/_find', { schema: { querystring: findQuery }, config }, async (request) => {
    const { query } = request;
    const found = await clientOf(system, request).find({
      ...query,
      owners: query.owner ?? [],
      statuses: query.status ?? [],
      severities: query.severity ?? [],
      tags: query.tags ?? [],
      assignees: query.assignees ?? [],
      reporters: query.reporters ?? [],
      categories: query.category ?? [],
      searchFields: (query.searchFields ?? ['title', 'description']).map((field) => SEARCH_FIELDS[field]),
      sortOrder: query.sortOrder ?? 'desc',
    });
    return foundAnswer(found, query);
  });

  app.get(
    '/api/cases/:case_id',
    {
      schema: {
        params: byCase,
        querystring: z.strictObject({ includeComments: z.enum(['true', 'false']).optional() }),
      },
      config,
    },
    async (request) => {
      const withComments = request.query.includeComments !== 'false';
      const got = await clientOf(system, request).cases.get(request.params.case_id, { withComments });
      return withComments ? caseWithComments(got) : caseAnswer(got.theCase);
    },
  );

  app.patch(
    '/api/cases',
    {
      schema: { body: z.strictObject({ cases: z.array(caseChange) }) },
      config: { ...config, audit: 'case_update' },
    },
    async (request) => {
      const { cases } = request.body;
      request.auditedId = cases.map(({ id }) => id).join(',');
      const updated = await clientOf(system, request).cases.update(cases);
      return updated.map((theCase) => caseAnswer(theCase));
    },
  );

  app.delete(
    '/api/cases',
    { schema: { querystring: z.strictObject({ ids }) }, config: { ...config, audit: 'case_delete' } },
    async (request, reply) => {
      request.auditedId = request.query.ids.join(',');
      await clientOf(system, request).cases.delete(request.query.ids);
      return reply.code(204).send();
    },
  );

  app.get('/api/cases/tags', { schema: { querystring: byOwner }, config }, async (request) =>
    clientOf(system, request).cases.tags(request.query.owner),
  );

  app.get('/api/cases/reporters', { schema: { querystring: byOwner }, config }, async (request) => {
    const reporters = await clientOf(system, request).cases.reporters(request.query.owner);
    return reporters.map((reporter) => userAnswer(reporter));
  });

  app.get(
    '/api/cases/alerts/:alert_id',
    { schema: { params: z.object({ alert_id: z.string() }), querystring: byOwner }, config },
    async (request) => {
      const { alert_id: alertId } = request.params;
      const cases = await clientOf(system, request).attachments.casesOfAlert(alertId, request.query.owner);
      return cases.map(relatedCaseAnswer);
    },
  );

  app.get('/api/cases/:case_id/alerts', { schema: { params: byCase }, config }, async (request) => {
    const alerts = await clientOf(system, request).attachments.alerts(request.params.case_id);
    return alerts.map(({ id, index, attachedAt }) => ({ id, index, attached_at: attachedAt }));
  });

  app.get(
    '/api/cases/:case_id/user_actions/_find',
    {
      schema: {
        params: byCase,
        querystring: z.strictObject({ types: several(z.string()), ...paging }),
      },
      config,
    },
    async (request) => {
      const { types = [], sortOrder = 'asc', ...page } = request.query;
      const { activity, total } = await clientOf(system, request).cases.activity(request.params.case_id, {
        types,
        order: sortOrder,
        offset: offsetOf(page),
        limit: page.perPage,
      });
      return { userActions: activity.map(userActionAnswer), ...page, total };
    },
  );

  app.post(
    '/api/cases/:case_id/connector/:connector_id/_push',
    {
      schema: {
        params: z.object({ case_id: z.string(), connector_id: z.string() }),
        body: z.strictObject({}).nullish(),
      },
      config: { ...config, audit: 'case_push' },
    },
    async (request) => {
      const { case_id: caseId, connector_id: connectorId } = request.params;
      return caseWithComments(await clientOf(system, request).push({ caseId, connectorId }));
    },
  );

  app.post(
    '/internal/cases/_bulk_get',
    {
      schema: { body: z.strictObject({ ids: z.array(z.string()) }) },
      config: { access: 'internal', audit: false },
    },
    async (request) => {
      const { cases, missing } = await clientOf(system, request).cases.getAll(request.body.ids);
      return {
        cases: cases.map((theCase) => caseAnswer(theCase)),
        errors: missing.map(({ id, error: { statusCode, message } }) => ({
          caseId: id,
          error: http.STATUS_CODES[statusCode] ?? 'Unknown',
          message,
          status: statusCode,
        })),
      };
    },
  );
}
