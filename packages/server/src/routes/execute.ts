import type { Principal } from '@patchbay/engine/access';
import { BadRequestError } from '@patchbay/engine/errors';
import type { RunSource } from '@patchbay/engine/events';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import { anyMap } from '../http/request-schema.ts';
import type { System } from '../system.ts';
import { resultAnswer } from '../wire/connector.ts';
import { authorizeExecute } from './connector-access.ts';

const schema = {
  params: z.object({ id: z.string() }),
  body: z.strictObject({ params: anyMap() }),
};

export function executeRoute(app: App, system: System): void {
  const { catalog, execution } = system;
  const config = { access: 'public', isActionsRoute: true } as const;
  app.post('/api/actions/connector/:id/_execute', { schema, config }, async (request, reply) => {
    const { id: connectorId } = request.params;
    const { spaceId } = request;
    const connector = (await catalog.resolve(spaceId, connectorId))?.connector;
    if (connector?.origin === 'system')
      throw new BadRequestError('Execution of system action is not allowed');
    const type = connector && catalog.types.find(connector.typeId);
    const caller = authorizeExecute(system, request, connector?.typeId, type);
    const result = await execution.run({
      spaceId,
      connectorId,
      params: request.body.params,
      source: httpSource(caller),
      signal: abortOnDisconnect(reply),
    });
    return resultAnswer(result);
  });
}

function httpSource({ username, profileUid, apiKey }: Principal): RunSource {
  return {
    kind: 'http_request',
    user: { name: username, id: profileUid },
    ...(apiKey !== undefined && { apiKey }),
  };
}

/** Fires when the client closes the connection before it has its answer. */
function abortOnDisconnect({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
