import type { ConnectorPermissions, Profile } from '@patchbay/engine/access';
import type { ConnectorAccess } from '@patchbay/engine/store';

/** What is shown of who may do what with a connector. */
export interface ShownAccess {
  permissions: ConnectorPermissions;
  /** undefined: the caller is not shown who else may do what. */
  access: ConnectorAccess | undefined;
  /** Of all users. */
  profiles: readonly Profile[];
}

/** As the reference shows it. */
export function accessControlAnswer({ permissions, access, profiles }: ShownAccess, currentProfile: string) {
  const named = new Set(access === undefined ? [] : [access.owner, ...access.entries.map(({ id }) => id)]);
  return {
    permissions,
    ...(access !== undefined && {
      ...(access.owner !== null && { owner: access.owner }),
      access_control: {
        access_mode: access.mode,
        entries: access.entries.map(({ id, addedAt }) => ({
          type: 'user',
          id,
          role: 'executor',
          added_at: addedAt,
        })),
      },
    }),
    profiles: profiles.filter(({ uid }) => named.has(uid)).map(profileAnswer),
    ...(currentProfile !== '' && { current_user_profile_id: currentProfile }),
  };
}

/** A user as the reference shows their profile. */
export function profileAnswer({ uid, username, fullName, email, enabled }: Profile) {
  return {
    uid,
    enabled,
    user: {
      username,
      ...(fullName !== null && { full_name: fullName }),
      ...(email !== null && { email }),
    },
    data: {},
  };
}

/** The same, and what the reference has no place for. */
export function connectorAccessAnswer({ permissions, access, profiles }: ShownAccess) {
  const nameOf = (profile: string) => profiles.find(({ uid }) => uid === profile)?.username;
  return {
    permissions,
    ...(access !== undefined && {
      // Of an owner who is gone there is no name any more.
      owner: (access.owner !== null && nameOf(access.owner)) || null,
      access_mode: access.mode,
      use: access.use,
      edit: access.edit,
    }),
  };
}
