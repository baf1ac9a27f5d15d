import type { Principal } from './principal.ts';

/** Somebody else who knows users, asked about credentials that are not ours. */
export interface Directory {
  /**
   * Whose an `Authorization` header is, and what they may do; undefined: nobody's. Throws `ServiceUnavailableError` when
   * there is no answer to rely on.
   */
  identify(header: string): Promise<Principal | undefined>;
  /** How long an answer may be relied on. */
  readonly cacheMs: number;
}
