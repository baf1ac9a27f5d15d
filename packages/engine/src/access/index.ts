export { type Access, type AccessOptions, createAccess } from './access.ts';
export type { ApiKey, CreatedApiKey, KeyLimits, NewApiKey } from './api-keys.ts';
export { CASES_OPERATIONS, type CasesOperation, withoutDeprecated } from './cases-privileges.ts';
export {
  type ConnectorOperation,
  type ConnectorPermissions,
  ensureMayWithConnector,
  isRestricted,
  mayWithConnector,
  permissionsOn,
} from './connector-access.ts';
export type { Directory } from './directory.ts';
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
export type { RolePut } from './roles.ts';
export type { Session, SessionLimits, SessionUse } from './sessions.ts';
export { FIRST_USER, type NewUser, type Profile, type User } from './users.ts';
export { createVerificationQueue } from './verification-queue.ts';
