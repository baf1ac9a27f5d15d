/** A login that goes on. Goes when its user goes, is disabled or gets another password. */
export interface SessionRecord {
  /** SHA-256 of the token, hexadecimal: what is stored lets nobody in. */
  id: string;
  username: string;
  /** SHA-256 of the password's hash that it was begun with. */
  passwordMark: string;
  /** What the client calls the way in which it logged in. */
  provider: string;
  createdAt: string;
  /** When it ends, however much it is used; null: never. */
  expiresAt: string | null;
  /** When it ends if it is not used; null: never. */
  idleExpiresAt: string | null;
}

export interface SessionStore {
  /** Rejects when there is no such user. */
  create(record: SessionRecord): Promise<void>;
  get(id: string): Promise<SessionRecord | undefined>;
  /** False when it is gone. */
  extend(id: string, idleExpiresAt: string): Promise<boolean>;
  delete(id: string): Promise<boolean>;
  /** All of a user, or of everybody; and of one provider or any. How many they were. */
  deleteAll(of: { username?: string | undefined; provider?: string | undefined }): Promise<number>;
  /** Removes up to `limit` that have ended; how many they were. */
  deleteExpired(now: string, limit: number): Promise<number>;
}
