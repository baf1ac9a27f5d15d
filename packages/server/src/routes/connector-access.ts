import {
  can,
  canUseEndpointSecurity,
  isSuperuser,
  type Operation,
  type Principal,
} from '@patchbay/engine/access';
import { BadRequestError, ForbiddenError, NotFoundError } from '@patchbay/engine/errors';
import type { ConnectorType } from '@patchbay/kit';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../http/caller.ts';
import type { System } from '../system.ts';

const REFUSALS: Record<Operation, (typeId: string | undefined) => string> = {
  get: () => 'Unauthorized to get actions',
  find: () => 'Unauthorized to get actions',
  create: (typeId) => `Unauthorized to create a "${typeId}" action`,
  update: () => 'Unauthorized to update actions',
  delete: () => 'Unauthorized to delete actions',
  execute: (typeId) =>
    typeId === undefined ? 'Unauthorized to execute actions' : `Unauthorized to execute a "${typeId}" action`,
};

/** Throws 403 when the caller may not do this in the request's space, then 404 when there is no such space. */
export function authorize(
  { spaces }: System,
  request: FastifyRequest,
  operation: Operation,
  typeId?: string | undefined,
): Principal {
  const caller = callerOf(request);
  if (!can(caller, operation, request.spaceId)) throw new ForbiddenError(REFUSALS[operation](typeId));
  if (!spaces.has(request.spaceId))
    throw new NotFoundError(`Saved object [space/${request.spaceId}] not found`);
  return caller;
}

/** A run that is asked for over HTTP. */
interface AskedRun {
  typeId: string | undefined;
  type: ConnectorType | undefined;
  params: Readonly<Record<string, unknown>>;
}

/** As `authorize`, with what a type of a sub-feature asks for besides. */
export function authorizeExecute(
  system: System,
  request: FastifyRequest,
  { typeId, type, params }: AskedRun,
): Principal {
  const caller = authorize(system, request, 'execute', typeId);
  if (!mayRunType(caller, request.spaceId, { type, params }))
    throw new ForbiddenError(REFUSALS.execute(typeId));
  return caller;
}

/** Whether a caller who may execute connectors has what a type of a sub-feature asks for besides. */
export function mayRunType(
  caller: Principal,
  spaceId: string,
  { type, params }: Pick<AskedRun, 'type' | 'params'>,
): boolean {
  if (type?.subFeature !== 'endpointSecurity') return true;
  const { directSubActions } = type;
  const isOpen = directSubActions?.some((name) => name === params.subAction) ?? true;
  return canUseEndpointSecurity(caller, spaceId) && (isOpen || isSuperuser(caller));
}

/** As `authorizeExecute`, for a connector by its id. One that is not there is the business of whoever runs it. */
export async function authorizeRun(
  system: System,
  request: FastifyRequest,
  { connectorId, params }: { connectorId: string; params: AskedRun['params'] },
): Promise<Principal> {
  const { catalog } = system;
  const connector = (await catalog.resolve(request.spaceId, connectorId))?.connector;
  if (connector?.origin === 'system') throw new BadRequestError('Execution of system action is not allowed');
  const type = connector && catalog.types.find(connector.typeId);
  return authorizeExecute(system, request, { typeId: connector?.typeId, type, params });
}
