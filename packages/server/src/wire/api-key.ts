import type { ApiKey } from '@patchbay/engine/access';

/** As Elasticsearch's list of keys has it. */
export function apiKeyAnswer({ id, name, username, metadata, descriptors, createdAt, expiresAt }: ApiKey) {
  return {
    id,
    type: 'rest',
    name,
    creation: Date.parse(createdAt),
    ...(expiresAt !== null && { expiration: Date.parse(expiresAt) }),
    invalidated: false,
    username,
    realm: 'native',
    realm_type: 'native',
    metadata,
    role_descriptors: descriptors,
  };
}
