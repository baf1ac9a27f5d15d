export {
  type Access,
  type AccessOptions,
  createAccess,
  FIRST_USER,
  type NewUser,
  type User,
} from './access.ts';
export type { CreatedApiKey, NewApiKey } from './api-keys.ts';
export {
  can,
  canManageSecurity,
  canManageSpaces,
  canSeeSpace,
  canUseEndpointSecurity,
  isSuperuser,
  type Principal,
} from './principal.ts';
export { NO_PRIVILEGES, type Operation, type PrivilegeSet, union } from './privileges.ts';
export { ACTIONS_PRIVILEGES, privilegesOf, type Role, type RoleKibana } from './role.ts';
