import { connectorSettings } from '@patchbay/engine/catalog';
import { type ActionResult, StreamedData } from '@patchbay/kit';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import { anyMap, map, text } from '../http/request-schema.ts';
import { streamedAnswer } from '../http/streamed-answer.ts';
import type { System } from '../system.ts';
import { resultAnswer } from '../wire/connector.ts';
import { snakeCased } from '../wire/snake-case.ts';
import { authorize, authorizeExecute, authorizeRun } from './connector-access.ts';
import { httpSource } from './http-source.ts';

const schema = {
  params: z.object({ id: z.string() }),
  querystring: z.object({ dry_run: z.enum(['true', 'false']).optional() }),
  body: z.strictObject({ params: anyMap() }),
};

const testBody = z.strictObject({
  connector_type_id: text,
  config: map().default({}),
  secrets: map().default({}),
  params: anyMap(),
  settings: snakeCased(connectorSettings).optional(),
});

export function executeRoute(app: App, system: System): void {
  const { catalog, execution, collectYoung } = system;
  const config = { access: 'public', isActionsRoute: true } as const;
  app.post(
    '/api/actions/connector/:id/_execute',
    { schema, config: { ...config, audit: 'connector_execute' } },
    async (request, reply) => {
      const { id: connectorId } = request.params;
      const { spaceId } = request;
      const { params } = request.body;
      const caller = await authorizeRun(system, request, { connectorId, params });
      const isDryRun = request.query.dry_run === 'true';
      const result = await execution[isDryRun ? 'dryRun' : 'run']({
        spaceId,
        connectorId,
        params,
        source: httpSource(caller),
        signal: abortOnDisconnect(reply),
      });
      if (isDryRun) return { ...resultAnswer(result), dry_run: true };
      return answerOf(result, reply, collectYoung);
    },
  );

  app.post(
    '/api/patchbay/connectors/_test',
    { schema: { body: testBody }, config: { ...config, audit: 'connector_test' } },
    async (request, reply) => {
      const { connector_type_id: typeId, ...given } = request.body;
      authorize(system, request, 'create', typeId);
      const type = catalog.types.find(typeId);
      const caller = authorizeExecute(system, request, { typeId, type, params: given.params });
      const result = await execution.test({
        spaceId: request.spaceId,
        typeId,
        ...given,
        source: httpSource(caller),
        signal: abortOnDisconnect(reply),
      });
      return answerOf(result, reply, collectYoung);
    },
  );
}

/** A result as JSON, or the bytes that the action passes on, as they arrive. */
function answerOf(result: ActionResult, reply: FastifyReply, collectYoung: () => void) {
  if (!(result.data instanceof StreamedData)) return resultAnswer(result);
  const { body, contentType } = result.data;
  return reply.type(contentType).send(streamedAnswer(body, collectYoung));
}

/** Fires when the client closes the connection before it has its answer. */
function abortOnDisconnect({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
