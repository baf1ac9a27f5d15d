import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { ApiKeyRecord, ApiKeyStore } from '../store/index.ts';
import type { Principal } from './principal.ts';
import type { PrivilegeSet } from './privileges.ts';

export interface NewApiKey {
  name: string;
  /** ISO 8601. */
  expiresAt: string | null;
  metadata: Record<string, unknown>;
  /** What the key may do at most, beside its owner's privileges; undefined: just those. */
  privileges: PrivilegeSet | undefined;
}

export interface CreatedApiKey {
  id: string;
  name: string;
  /** Shown this once. */
  key: string;
  /** `base64(id:key)`, what goes behind `ApiKey ` in the header. */
  encoded: string;
  expiresAt: string | null;
}

/** The key keeps a copy of its owner's privileges as they are now, as Elasticsearch's keys do. */
export async function createApiKey(
  store: ApiKeyStore,
  owner: Principal,
  { name, expiresAt, metadata, privileges }: NewApiKey,
  now: Date,
): Promise<CreatedApiKey> {
  const id = randomUUID().replaceAll('-', '').slice(0, 20);
  const key = randomBytes(24).toString('base64url');
  await store.create({
    id,
    name,
    username: owner.username,
    keyHash: hashKey(key).toString('hex'),
    privileges: privileges === undefined ? owner.privileges : [...owner.privileges, privileges],
    metadata,
    createdAt: now.toISOString(),
    expiresAt,
    invalidatedAt: null,
  });
  return { id, name, key, encoded: Buffer.from(`${id}:${key}`).toString('base64'), expiresAt };
}

/** The record of a key that may be used now; undefined for any reason why it may not. */
export async function verifyApiKey(
  store: ApiKeyStore,
  encoded: string,
  now: Date,
): Promise<ApiKeyRecord | undefined> {
  const [id = '', key = ''] = splitOnce(Buffer.from(encoded, 'base64').toString('utf8'));
  const record = await store.get(id);
  if (record === undefined || record.invalidatedAt !== null) return undefined;
  if (record.expiresAt !== null && Date.parse(record.expiresAt) <= now.getTime()) return undefined;
  return timingSafeEqual(hashKey(key), Buffer.from(record.keyHash, 'hex')) ? record : undefined;
}

export function splitOnce(credentials: string): string[] {
  const colon = credentials.indexOf(':');
  return colon === -1 ? [credentials] : [credentials.slice(0, colon), credentials.slice(colon + 1)];
}

/** A key is 192 random bits: a plain hash of it cannot be searched. */
function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
