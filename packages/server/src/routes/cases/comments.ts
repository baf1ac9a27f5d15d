import { offsetOf } from '@patchbay/engine/cases';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import type { System } from '../../system.ts';
import { caseWithComments, commentAnswer } from '../../wire/case.ts';
import { attachment, attachmentChange, registered } from './attachment.ts';
import { clientOf } from './client.ts';
import { paging } from './query.ts';

const byCase = z.object({ case_id: z.string() });
const byComment = z.object({ case_id: z.string(), comment_id: z.string() });

export function commentRoutes(app: App, system: System): void {
  const config = { access: 'public' } as const;

  app.post(
    '/api/cases/:case_id/comments',
    { schema: { params: byCase, body: attachment }, config: { ...config, audit: 'case_comment_create' } },
    async (request) => {
      const { attachments } = clientOf(system, request);
      return caseWithComments(await attachments.attach(request.params.case_id, [registered(request.body)]));
    },
  );

  app.patch(
    '/api/cases/:case_id/comments',
    {
      schema: { params: byCase, body: attachmentChange },
      config: { ...config, audit: 'case_comment_update' },
    },
    async (request) => {
      const { id, version, ...changed } = request.body;
      const { attachments } = clientOf(system, request);
      return caseWithComments(await attachments.change(request.params.case_id, id, version, changed));
    },
  );

  app.get(
    '/api/cases/:case_id/comments/_find',
    { schema: { params: byCase, querystring: z.strictObject(paging) }, config },
    async (request) => {
      const { sortOrder = 'asc', page, perPage } = request.query;
      const { attachments, total } = await clientOf(system, request).attachments.find(
        request.params.case_id,
        { order: sortOrder, offset: offsetOf({ page, perPage }), limit: perPage },
      );
      return { comments: attachments.map(commentAnswer), page, per_page: perPage, total };
    },
  );

  app.get(
    '/api/cases/:case_id/comments/:comment_id',
    { schema: { params: byComment }, config },
    async (request) => {
      const { case_id: caseId, comment_id: id } = request.params;
      return commentAnswer(await clientOf(system, request).attachments.getOne(caseId, id));
    },
  );

  app.delete(
    '/api/cases/:case_id/comments/:comment_id',
    { schema: { params: byComment }, config: { ...config, audit: 'case_comment_delete' } },
    async (request, reply) => {
      const { case_id: caseId, comment_id: id } = request.params;
      await clientOf(system, request).attachments.remove(caseId, id);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/api/cases/:case_id/comments',
    { schema: { params: byCase }, config: { ...config, audit: 'case_comment_delete' } },
    async (request, reply) => {
      await clientOf(system, request).attachments.remove(request.params.case_id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/internal/cases/:case_id/attachments/_bulk_create',
    {
      schema: { params: byCase, body: z.array(attachment) },
      config: { access: 'internal', audit: 'case_comment_create' },
    },
    async (request) => {
      const { attachments } = clientOf(system, request);
      return caseWithComments(await attachments.attach(request.params.case_id, request.body.map(registered)));
    },
  );

  app.post(
    '/internal/cases/:case_id/attachments/_bulk_get',
    {
      schema: { params: byCase, body: z.strictObject({ ids: z.array(z.string()) }) },
      config: { access: 'internal', audit: false },
    },
    async (request) => {
      const { attachments, missing } = await clientOf(system, request).attachments.getSome(
        request.params.case_id,
        request.body.ids,
      );
      return {
        attachments: attachments.map(commentAnswer),
        errors: missing.map((savedObjectId) => ({
          savedObjectId,
          error: 'Not Found',
          message: `Saved object [cases-comments/${savedObjectId}] not found`,
          status: 404,
        })),
      };
    },
  );
}
