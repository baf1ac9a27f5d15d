import { isDeepStrictEqual } from 'node:util';
import { BadRequestError, ConflictError, NotFoundError } from '../errors/index.ts';
import { type ChangeFeed, keepRecords, type RoleRecord, type RoleStore } from '../store/index.ts';
import { type PrivilegeSet, union } from './privileges.ts';
import { isReserved, privilegesOf, RESERVED_ROLES, type Role } from './role.ts';

export type RolePut = 'created' | 'updated' | 'noop';

/** Roles as those see them who manage them. */
export interface Roles {
  /** By name. */
  listRoles(): Role[];
  getRole(name: string): Role;
  /** With `createOnly` an existing role is a conflict. */
  putRole(role: Role, options: { createOnly: boolean }): Promise<RolePut>;
  deleteRole(name: string): Promise<void>;
}

/** Roles in memory, as they are since `refresh` was last awaited. */
export interface KeptRoles extends Roles {
  refresh(): Promise<void>;
  /** What these roles give together; one that is not there gives nothing. */
  privilegesOf(names: readonly string[]): PrivilegeSet;
}

/** `changed` is called when roles have changed. */
export async function keepRoles(
  store: RoleStore,
  changes: ChangeFeed,
  changed: () => void,
): Promise<KeptRoles> {
  const load = async () =>
    new Map([...RESERVED_ROLES, ...(await store.list()).map(toRole)].map((role) => [role.name, role]));
  const roles = await keepRecords(load, changes, 'roles');

  return {
    refresh: roles.refresh,
    privilegesOf: (names) => union(names.flatMap((name) => roles.records.get(name) ?? []).map(privilegesOf)),

    listRoles: () => [...roles.records.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    getRole(name) {
      const role = roles.records.get(name);
      if (role === undefined) throw new NotFoundError('Not Found');
      return role;
    },
    async putRole(role, { createOnly }) {
      if (isReserved(role.name))
        throw new BadRequestError(`Role [${role.name}] is reserved and cannot be modified.`);
      const known = roles.records.get(role.name);
      if (createOnly && known !== undefined) {
        throw new ConflictError(`Role already exists and cannot be created: ${role.name}`);
      }
      if (isDeepStrictEqual(known, role)) return 'noop';
      const { name, ...body } = role;
      const isCreated = await store.put({ name, body });
      roles.records.set(name, role);
      roles.changed();
      changed();
      return isCreated ? 'created' : 'updated';
    },
    async deleteRole(name) {
      if (isReserved(name)) throw new BadRequestError(`Role [${name}] is reserved and cannot be deleted.`);
      if (!(await store.delete(name))) throw new NotFoundError('Not Found');
      roles.records.delete(name);
      roles.changed();
      changed();
    },
  };
}

function toRole({ name, body }: RoleRecord): Role {
  return { ...(body as unknown as Omit<Role, 'name'>), name };
}
