import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { BadRequestError, ForbiddenError, NotFoundError } from '../errors/index.ts';
import type { ApiKeyRecord, ApiKeyStore } from '../store/index.ts';
import { canManageSecurity, type Principal } from './principal.ts';
import { isEmpty, type PrivilegeSet } from './privileges.ts';

/** What a key may do at most, beside its owner's privileges. */
export interface KeyLimits {
  /** As the caller wrote it: for showing it again. */
  descriptors: Record<string, unknown>;
  /** What it comes to; undefined: nothing is taken away. */
  privileges: PrivilegeSet | undefined;
}

export interface NewApiKey {
  name: string;
  /** ISO 8601. */
  expiresAt: string | null;
  metadata: Record<string, unknown>;
  limits: KeyLimits;
}

/** What is to change of a key; what is undefined stays. */
export interface ApiKeyChange {
  expiresAt: string | null | undefined;
  metadata: Record<string, unknown> | undefined;
  limits: KeyLimits | undefined;
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

/** A key without what would let anybody in. */
export interface ApiKey {
  id: string;
  name: string;
  username: string;
  metadata: Record<string, unknown>;
  descriptors: Record<string, unknown>;
  createdAt: string;
  expiresAt: string | null;
}

/** API keys as their owners and those see them who manage everybody's. */
export interface ApiKeys {
  createApiKey(owner: Principal, key: NewApiKey): Promise<CreatedApiKey>;
  /** One's own; everybody's with the privilege; called with a key, that key. Invalidated ones are in no list. */
  listApiKeys(caller: Principal): Promise<ApiKey[]>;
  /** Of one's own keys, and not by a key. Takes its owner's privileges anew. False: it was so already. */
  updateApiKey(owner: Principal, id: string, change: ApiKeyChange): Promise<boolean>;
  /** One's own keys, or anybody's with the privilege. Throws when the key cannot be invalidated. */
  invalidateApiKey(caller: Principal, id: string): Promise<void>;
}

/** `changed` is called when a key has changed that may have been used. */
export function createApiKeys(store: ApiKeyStore, changed: () => void, now: () => Date): ApiKeys {
  return {
    async createApiKey(owner, { name, expiresAt, metadata, limits }) {
      if (owner.realm !== undefined) {
        throw new BadRequestError(
          'API keys are of users who are known here: create one where the caller is known',
        );
      }
      if (owner.apiKey !== undefined && !(limits.privileges && isEmpty(limits.privileges))) {
        throw new BadRequestError(
          'creating derived api keys requires an explicit role descriptor that is empty (has no privileges)',
        );
      }
      const id = randomUUID().replaceAll('-', '').slice(0, 20);
      const key = randomBytes(24).toString('base64url');
      await store.create({
        id,
        name,
        username: owner.username,
        keyHash: hashKey(key).toString('hex'),
        privileges: privilegesUnder(owner, limits),
        descriptors: limits.descriptors,
        metadata,
        createdAt: now().toISOString(),
        expiresAt,
        invalidatedAt: null,
      });
      return { id, name, key, encoded: Buffer.from(`${id}:${key}`).toString('base64'), expiresAt };
    },

    async listApiKeys(caller) {
      const records = await store.list(canManageSecurity(caller) ? undefined : caller.username);
      const isShown = ({ id, username }: ApiKeyRecord) =>
        canManageSecurity(caller) ||
        (caller.apiKey === undefined ? owns(caller, { username }) : id === caller.apiKey.id);
      return records.filter((record) => record.invalidatedAt === null && isShown(record)).map(toApiKey);
    },

    async updateApiKey(owner, id, { expiresAt, metadata, limits }) {
      if (owner.apiKey !== undefined) {
        throw new BadRequestError(
          'authentication via API key not supported: only the owner user can update an API key',
        );
      }
      const record = await store.get(id);
      if (record === undefined || !owns(owner, record))
        throw new NotFoundError(`no API key owned by requesting user found for ID [${id}]`);
      if (record.invalidatedAt !== null)
        throw new BadRequestError(`cannot update invalidated API key [${id}]`);
      if (isOver(record, now())) throw new BadRequestError(`cannot update expired API key [${id}]`);
      const changedRecord: ApiKeyRecord = {
        ...record,
        ...(expiresAt !== undefined && { expiresAt }),
        ...(metadata !== undefined && { metadata }),
        ...(limits !== undefined && { descriptors: limits.descriptors }),
        privileges: privilegesUnder(owner, limits ?? limitsOf(record)),
      };
      if (isDeepStrictEqual(changedRecord, record)) return false;
      if (!(await store.update(changedRecord)))
        throw new BadRequestError(`cannot update invalidated API key [${id}]`);
      changed();
      return true;
    },

    async invalidateApiKey(caller, id) {
      const record = await store.get(id);
      if (record === undefined) throw new NotFoundError(`API key [${id}] not found`);
      // A key may end itself, and nothing else of its owner's: it may be allowed less than they are.
      const isOwn = caller.apiKey === undefined ? owns(caller, record) : record.id === caller.apiKey.id;
      if (!isOwn && !canManageSecurity(caller)) throw new ForbiddenError('Forbidden');
      await store.invalidate(id, now().toISOString());
      changed();
    },
  };
}

/** Who is known elsewhere may have the name of somebody who was a user here. */
function owns({ username, realm }: Principal, key: Pick<ApiKeyRecord, 'username'>): boolean {
  return realm === undefined && username === key.username;
}

/** The key keeps a copy of its owner's privileges as they are now, as Elasticsearch's keys do. */
function privilegesUnder(owner: Principal, { privileges }: KeyLimits): PrivilegeSet[] {
  return privileges === undefined ? owner.privileges : [...owner.privileges, privileges];
}

/** What the key was limited by when it was made or changed: it comes behind its owner's. */
function limitsOf({ descriptors, privileges }: ApiKeyRecord): KeyLimits {
  const sets = privileges as PrivilegeSet[];
  return { descriptors, privileges: sets.length > 1 ? sets.at(-1) : undefined };
}

function isOver({ expiresAt }: ApiKeyRecord, now: Date): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime();
}

function toApiKey({ id, name, username, metadata, descriptors, createdAt, expiresAt }: ApiKeyRecord): ApiKey {
  return { id, name, username, metadata, descriptors, createdAt, expiresAt };
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
  if (isOver(record, now)) return undefined;
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
