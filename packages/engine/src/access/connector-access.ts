import { ForbiddenError, NotFoundError } from '../errors/index.ts';
import type { Audience, ConnectorAccess } from '../store/index.ts';
import { isSuperuser, type Principal } from './principal.ts';

/** What may be done with one connector, in the words of its refusals. `edit` is deleting it too. */
export type ConnectorOperation = 'read' | 'execute' | 'edit' | 'manage';

export type ConnectorPermissions = Record<ConnectorOperation, boolean>;

/** A connector as far as it says who may do what with it; undefined: whoever the space lets. */
export interface Guarded {
  id: string;
  access: ConnectorAccess | undefined;
}

/**
 * What a connector's own rules leave of the privileges in its space, which are asked before and beside. Superusers are above
 * them; what nobody owns is for those to manage who may change connectors. A caller who is undefined is nobody in particular, as
 * where something runs by itself.
 */
export function permissionsOn(
  caller: Principal | undefined,
  access: ConnectorAccess | undefined,
): ConnectorPermissions {
  if (access === undefined || (caller !== undefined && isSuperuser(caller))) return EVERYTHING;
  const { owner, mode, entries, use, edit } = access;
  const isOne = (profile: string | null) => profile !== null && caller?.profileUid === profile;
  if (isOne(owner)) return EVERYTHING;
  const isPrivate = mode === 'private';
  const isSeen = !isPrivate || entries.some(({ id }) => isOne(id));
  return {
    read: isSeen,
    execute: isSeen && isWithin(caller, use),
    edit: !isPrivate && isWithin(caller, edit),
    manage: !isPrivate && owner === null,
  };
}

/** Whether a connector says anything that keeps somebody from it. */
export function isRestricted({ access }: Pick<Guarded, 'access'>): boolean {
  return access !== undefined && (access.mode === 'private' || access.use !== null || access.edit !== null);
}

export function mayWithConnector(
  caller: Principal | undefined,
  { access }: Pick<Guarded, 'access'>,
  operation: ConnectorOperation,
): boolean {
  return permissionsOn(caller, access)[operation];
}

/** Throws `NotFoundError` where the caller does not even see the connector, and `ForbiddenError`. */
export function ensureMayWithConnector(
  caller: Principal,
  { id, access }: Guarded,
  operation: ConnectorOperation,
): void {
  const permissions = permissionsOn(caller, access);
  if (!permissions.read) throw new NotFoundError(`Connector ${id} not found`);
  if (!permissions[operation]) throw new ForbiddenError(`Unauthorized to ${operation} connector ${id}`);
}

const EVERYTHING: ConnectorPermissions = { read: true, execute: true, edit: true, manage: true };

function isWithin(caller: Principal | undefined, audience: Audience | null): boolean {
  if (audience === null) return true;
  if (caller === undefined) return false;
  const { username, roles } = caller;
  return audience.users.includes(username) || roles.some((role) => audience.roles.includes(role));
}
