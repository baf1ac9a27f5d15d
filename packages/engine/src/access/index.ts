export {
  type Access,
  type AccessOptions,
  createAccess,
  FIRST_USER,
  type NewUser,
  type Profile,
  type User,
} from './access.ts';
export type { CreatedApiKey, NewApiKey } from './api-keys.ts';
export type { CasesOperation } from './cases-privileges.ts';
export {
  type ConnectorOperation,
  type ConnectorPermissions,
  ensureMayWithConnector,
  mayWithConnector,
  permissionsOn,
} from './connector-access.ts';
export {
  can,
  canManageSecurity,
  canManageSpaces,
  canSeeSpace,
  canUseEndpointSecurity,
  canWithCases,
  holds,
  isSuperuser,
  type Principal,
} from './principal.ts';
export { NO_PRIVILEGES, type Operation, type PrivilegeSet, union } from './privileges.ts';
export { FEATURE_PRIVILEGES, privilegesOf, type Role, type RoleKibana } from './role.ts';
