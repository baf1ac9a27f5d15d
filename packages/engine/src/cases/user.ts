import type { CaseUser } from '@patchbay/kit';
import type { Principal } from '../access/index.ts';

export function userOf({ username, fullName, email, profileUid }: Principal): CaseUser {
  return { username, fullName, email, ...(profileUid !== '' && { profileUid }) };
}
