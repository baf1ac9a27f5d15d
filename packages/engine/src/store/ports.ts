import type { AuthMode } from '@patchbay/kit';
import type { CaseStore } from './case-port.ts';
import type { ChangeFeed } from './changes.ts';
import type { ConnectorAccessStore } from './connector-access-port.ts';
import type { DeliveryStore, WakeupStore } from './delivery-port.ts';
import type { EventStore } from './event-port.ts';
import type { BucketStore, LaneStore } from './lane-port.ts';
import type { StoreFigures } from './observer.ts';
import type { Resealed, SealedRecords } from './sealed-port.ts';
import type { SessionStore } from './session-port.ts';
import type { TroubleStore } from './trouble-port.ts';

/**
 * What the engine asks of a store. Every driver (`sqlite/`, `postgres/`) implements these and passes the same test
 * suite. Times are ISO 8601 text. Methods reject with the driver's own error when the store cannot be used.
 */
export interface Store extends StorePorts {
  /** Whether other processes may work on it at the same time. */
  readonly isShared: boolean;
  /** What others have changed, for those who keep records in memory. */
  readonly changes: ChangeFeed;
  /**
   * All that `work` does through `tx`, or nothing. It is read committed: what others commit meanwhile is seen, and
   * whoever decides by what it has read changes it by a condition. On PostgreSQL `work` is run again when it loses
   * against another transaction, so what it does outside the store belongs in `afterCommit`.
   *
   * Within `work` only `tx` is asked: on SQLite everybody else waits for it, the store itself too. A statement that
   * fails fails the transaction, also when `work` goes on.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  readonly wakeups: WakeupStore;
  /** What time it is for all processes on it; undefined when it is this one's alone. */
  time(): Promise<Date | undefined>;
  /**
   * Everything as it is at one moment, as the lines of a backup, several in each text; others work on meanwhile. What it has
   * taken for that is given back when the last one was read, or nobody reads on.
   */
  backup(now: Date): Promise<AsyncIterable<string>>;
  /** Resolves when the store answers, for health checks. */
  ping(): Promise<void>;
  /** Its size and its connections, for metrics. */
  figures(): Promise<StoreFigures>;
  close(): Promise<void>;
}

/** The store's ports bound to one transaction. */
export interface StoreTransaction extends StorePorts {
  /**
   * Runs `run` once the transaction stands, before `transaction` resolves, in the order of the calls. If it throws,
   * so does `transaction`, and what was written stays.
   */
  afterCommit(run: () => void): void;
}

export interface StorePorts {
  readonly connectors: ConnectorStore;
  readonly connectorSettings: ConnectorSettingsStore;
  readonly connectorAccess: ConnectorAccessStore;
  readonly connectorTokens: ConnectorTokenStore;
  readonly oauthStates: OAuthStateStore;
  readonly references: ReferenceStore;
  readonly spaces: SpaceStore;
  readonly users: UserStore;
  readonly roles: RoleStore;
  readonly apiKeys: ApiKeyStore;
  readonly sessions: SessionStore;
  readonly events: EventStore;
  readonly cases: CaseStore;
  readonly meta: MetaStore;
  readonly deliveries: DeliveryStore;
  readonly lanes: LaneStore;
  readonly buckets: BucketStore;
  readonly troubles: TroubleStore;
  readonly wakeups: Pick<WakeupStore, 'add'>;
}

/** A stored connector. Its id is unique over all spaces. `secrets` is ciphertext. */
export interface ConnectorRecord {
  id: string;
  spaceId: string;
  typeId: string;
  name: string;
  config: Record<string, unknown>;
  secrets: string;
  isMissingSecrets: boolean;
  /** Whether everybody runs it with the same tokens or each user with their own. */
  authMode: AuthMode;
  /** Of an imported or copied one: the id that it had where it came from. */
  originId?: string;
  /** Other saved objects that it refers to, as it was imported with them. */
  references?: readonly NamedRef[];
  /** Starts at 1, one more with each update. */
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface ConnectorStore extends SealedRecords<ConnectorRecord> {
  get(spaceId: string, id: string): Promise<ConnectorRecord | undefined>;
  list(spaceId: string): Promise<ConnectorRecord[]>;
  /** The space of each of these that there is. */
  spacesOf(ids: readonly string[]): Promise<Map<string, string>>;
  /** False when the id is taken, in whichever space. */
  create(record: ConnectorRecord): Promise<boolean>;
  /** Replaces the record if it still has `version`; false otherwise. It gets `version + 1`; `createdAt` stays. */
  update(record: ConnectorRecord): Promise<boolean>;
  delete(spaceId: string, id: string): Promise<boolean>;
}

/** How a stored connector connects. `secrets` is ciphertext. Goes when its connector goes. */
export interface ConnectorSettingsRecord {
  connectorId: string;
  settings: Record<string, unknown>;
  secrets: string;
}

export interface ConnectorSettingsStore extends SealedRecords<ConnectorSettingsRecord & { spaceId: string }> {
  get(connectorId: string): Promise<ConnectorSettingsRecord | undefined>;
  /** Creates or replaces; false when the space has no such connector. */
  put(spaceId: string, record: ConnectorSettingsRecord): Promise<boolean>;
  delete(connectorId: string): Promise<void>;
}

/** An access token of a stored connector. `secrets` is ciphertext. Goes when its connector is updated or goes. */
export interface ConnectorTokenRecord {
  id: string;
  connectorId: string;
  /** Whose it is; null: everybody's. A connector has one of each. */
  profileUid: string | null;
  secrets: string;
  expiresAt: string | null;
  refreshTokenExpiresAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface ConnectorTokenStore {
  get(connectorId: string, profileUid: string | null): Promise<ConnectorTokenRecord | undefined>;
  /** Creates or replaces. False when there is no such connector at that version any more. */
  put(record: ConnectorTokenRecord, connectorVersion: number): Promise<boolean>;
  /** Overwrites the one of this id. False when it is gone, or has been replaced. */
  update(record: Omit<ConnectorTokenRecord, 'connectorId' | 'profileUid' | 'createdAt'>): Promise<boolean>;
  delete(connectorId: string, profileUid: string | null): Promise<void>;
  /** The connectors that a user has a token of their own for. */
  connectorsOf(profileUid: string): Promise<string[]>;
  /** Forgets the tokens of users of ours (`u_...`) that are gone. */
  deleteOfFormerUsers(): Promise<void>;
  listSealedOtherwise(
    prefix: string,
    after: string,
    limit: number,
  ): Promise<(ConnectorTokenRecord & { spaceId: string; connectorVersion: number })[]>;
  reseal(changes: readonly Resealed[]): Promise<void>;
  /** Forgets the tokens whose ciphertext begins otherwise. */
  deleteSealedOtherwise(prefix: string): Promise<void>;
}

/**
 * An authorization that a user has begun and not ended. `secrets` is ciphertext. Goes when its connector is updated or
 * goes.
 */
export interface OAuthStateRecord {
  /** SHA-256 of the state: what is stored ends nothing. */
  id: string;
  connectorId: string;
  spaceId: string;
  /** The user's profile. */
  createdBy: string;
  returnUrl: string | null;
  secrets: string;
  createdAt: string;
  expiresAt: string;
}

export interface OAuthStateStore {
  /** Rejects when there is no such connector. */
  create(record: OAuthStateRecord): Promise<void>;
  get(id: string): Promise<OAuthStateRecord | undefined>;
  /** True for one of those who ask, however many do at once. */
  delete(id: string): Promise<boolean>;
  /** Removes up to `limit` that have expired; how many they were. */
  deleteExpired(now: string, limit: number): Promise<number>;
}

export interface ObjectRef {
  type: string;
  id: string;
}

/** A reference as its object has it: by its name it finds it again. */
export interface NamedRef extends ObjectRef {
  name: string;
}

/** Which saved object refers to which, such as a rule to the connectors of its actions. */
export interface ReferenceStore {
  /** Replaces all references of `source`; an empty list removes them. */
  replace(spaceId: string, source: ObjectRef, targets: readonly ObjectRef[]): Promise<void>;
  /** How many objects of the space refer to each object of `type`, by its id. */
  countByTarget(spaceId: string, type: string): Promise<Map<string, number>>;
}

export interface SpaceRecord {
  id: string;
  reserved: boolean;
  /** Name, description and the like: what the API takes and gives. */
  attributes: Record<string, unknown>;
}

export interface SpaceStore {
  list(): Promise<SpaceRecord[]>;
  /** False when the id is taken. */
  create(record: SpaceRecord): Promise<boolean>;
  update(record: SpaceRecord): Promise<boolean>;
  /** Removes the space and everything in it, at once. */
  delete(id: string): Promise<boolean>;
}

export interface UserRecord {
  username: string;
  passwordHash: string;
  roles: string[];
  fullName: string | null;
  email: string | null;
  enabled: boolean;
  /** The user's id in the event log. */
  profileUid: string;
}

export interface UserStore {
  list(): Promise<UserRecord[]>;
  get(username: string): Promise<UserRecord | undefined>;
  /** False when the name is taken. */
  create(record: UserRecord): Promise<boolean>;
  /** Creates or replaces. */
  put(record: UserRecord): Promise<void>;
  delete(username: string): Promise<boolean>;
}

export interface RoleRecord {
  name: string;
  body: Record<string, unknown>;
}

export interface RoleStore {
  list(): Promise<RoleRecord[]>;
  /** Creates or replaces; true when it was created. */
  put(record: RoleRecord): Promise<boolean>;
  delete(name: string): Promise<boolean>;
}

export interface ApiKeyRecord {
  id: string;
  name: string;
  username: string;
  /** SHA-256 of the key, hexadecimal. */
  keyHash: string;
  /** What the key may do at most: the owner's roles as they were when it was made, and its own. */
  privileges: unknown;
  /** How its own limits were written. */
  descriptors: Record<string, unknown>;
  metadata: Record<string, unknown>;
  createdAt: string;
  expiresAt: string | null;
  invalidatedAt: string | null;
}

export interface ApiKeyStore {
  get(id: string): Promise<ApiKeyRecord | undefined>;
  /** A user's, or everybody's, invalidated ones too; by id. */
  list(username: string | undefined): Promise<ApiKeyRecord[]>;
  create(record: ApiKeyRecord): Promise<void>;
  /**
   * Replaces privileges, descriptors, metadata and expiry. False when there is no such key or it was invalidated.
   */
  update(record: ApiKeyRecord): Promise<boolean>;
  /** False when there is no such key or it was invalidated before. */
  invalidate(id: string, at: string): Promise<boolean>;
}

/** Facts about the installation, by name. */
export interface MetaStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Sets it if it is not set; gives what stands then. */
  setOnce(name: string, value: string): Promise<string>;
  /** Makes of it what `step` does, one caller after the other; undefined: it stays. Gives what stands then. */
  change(name: string, step: (before: string | undefined) => string | undefined): Promise<string | undefined>;
}
