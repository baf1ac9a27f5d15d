import {
  type ConnectorOperation,
  can,
  canUseEndpointSecurity,
  ensureMayWithConnector,
  isRestricted,
  isSuperuser,
  mayWithConnector,
  type Operation,
  type Principal,
} from '@patchbay/engine/access';
import type { ListedConnector } from '@patchbay/engine/catalog';
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

/** What an operation is in the rules of one connector. */
const OF_ONE: Record<Exclude<Operation, 'create'>, ConnectorOperation> = {
  get: 'read',
  find: 'read',
  execute: 'execute',
  update: 'edit',
  delete: 'edit',
};

/**
 * As `authorize`, and as the connector's own rules say: 404 where the caller does not see it, then 403. One that is not there
 * is the business of whoever is asked for it next.
 */
export async function authorizeConnector(
  system: System,
  request: FastifyRequest,
  operation: keyof typeof OF_ONE,
  connectorId: string,
): Promise<Principal> {
  const caller = authorize(system, request, operation);
  const connector = (await system.catalog.resolve(request.spaceId, connectorId))?.connector;
  if (connector !== undefined) ensureMayWithConnector(caller, connector, OF_ONE[operation]);
  return caller;
}

/**
 * As `authorizeConnector`, for taking a connector elsewhere with its secrets. What it says of who may do what with it stays
 * behind: where it says something, that is for those who manage it.
 */
export async function authorizeCopy(
  system: System,
  request: FastifyRequest,
  connectorId: string,
): Promise<Principal> {
  const caller = await authorizeConnector(system, request, 'update', connectorId);
  const connector = (await system.catalog.resolve(request.spaceId, connectorId))?.connector;
  if (connector === undefined || !isRestricted(connector)) return caller;
  ensureMayWithConnector(caller, connector, 'execute');
  ensureMayWithConnector(caller, connector, 'manage');
  return caller;
}

/** The connectors of the request's space that the caller sees. */
export async function listFor(
  system: System,
  request: FastifyRequest,
  options: { withSystem: boolean },
): Promise<ListedConnector[]> {
  const caller = authorize(system, request, 'find');
  const connectors = await system.catalog.list(request.spaceId, options);
  return connectors.filter((connector) => mayWithConnector(caller, connector, 'read'));
}

/** The stored connectors of a space that are not there for the caller, by their ids. */
export async function hiddenFrom(
  { catalog }: System,
  { spaceId }: Pick<FastifyRequest, 'spaceId'>,
  caller: Principal,
): Promise<Set<string>> {
  if (isSuperuser(caller)) return new Set();
  const accesses = await catalog.accessIn(spaceId);
  const hidden = [...accesses].filter(([, access]) => !mayWithConnector(caller, { access }, 'read'));
  return new Set(hidden.map(([id]) => id));
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
  if (connector === undefined) return authorize(system, request, 'execute');
  // Of one that they do not see, nobody is told the type.
  if (!mayWithConnector(callerOf(request), connector, 'read'))
    return authorizeConnector(system, request, 'execute', connectorId);
  const { typeId } = connector;
  const caller = authorizeExecute(system, request, { typeId, type: catalog.types.find(typeId), params });
  ensureMayWithConnector(caller, connector, 'execute');
  return caller;
}
