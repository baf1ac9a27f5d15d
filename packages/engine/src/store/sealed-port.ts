/** A ciphertext that is to take another's place, if that is still there. */
export interface Resealed {
  id: string;
  before: string;
  after: string;
}

/** Records by the key that their secrets are sealed with, which the beginning of a ciphertext names. */
export interface SealedRecords<Record> {
  /** How many there are in all, and how many whose ciphertext begins otherwise. */
  countSealed(prefix: string): Promise<{ total: number; otherwise: number }>;
  /** Those that begin otherwise, by id from after `after` on. */
  listSealedOtherwise(prefix: string, after: string, limit: number): Promise<Record[]>;
  /** All at once; a record that has changed meanwhile stays as it is. Nothing else of it changes. */
  reseal(changes: readonly Resealed[]): Promise<void>;
}
