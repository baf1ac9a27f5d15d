import type { HttpClient } from '../http/index.ts';

/** An access token as it stands in an `Authorization` header, such as `Bearer abc`. */
export interface StoredToken {
  token: string;
  /** Left out: it holds for ever. */
  expiresAt?: Date | undefined;
  /** When it was stored. The store says so. */
  storedAt?: Date | undefined;
  /** What a new token can be had for, without asking anybody. Authorization code flow only. */
  refreshToken?: string | undefined;
  refreshTokenExpiresAt?: Date | undefined;
}

/** The access token of one connector, kept between its runs. It goes when the connector is updated or deleted. */
export interface TokenStore {
  /** Expired or not; undefined: there is none, or none that can be read. */
  get(): Promise<StoredToken | undefined>;
  /** Rejects when it cannot be kept. */
  updateOrReplace(token: StoredToken): Promise<void>;
  delete(): Promise<void>;
  /** Gives what `obtain` gives, or what it gives to another run of the connector that asks at this moment. */
  shared(obtain: () => Promise<string | undefined>): Promise<string | undefined>;
  /**
   * For a request that must not be given up with the run: a service that has replaced a refresh token takes the old one
   * no longer. undefined: the run's own.
   */
  http?(): HttpClient | undefined;
}
