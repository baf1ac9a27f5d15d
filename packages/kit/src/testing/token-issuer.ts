/** Who gives bearer tokens in a stand-in, and knows which of them hold. */
export interface TokenIssuer {
  /** Of tokens that were given so far. */
  issued: string[];
  issue(): { access_token: string; token_type: 'bearer'; expires_in: number };
  /** Whether a request with this `Authorization` header is let in. */
  accepts(authorization: string | undefined): boolean;
  /** From now on no token that was given so far is taken. */
  revokeAll(): void;
}

/** `now` is the stand-in's clock. Tokens are named `token-1`, `token-2`, ... */
export function tokenIssuer(now: () => Date, { expiresIn = 1800 }: { expiresIn?: number } = {}): TokenIssuer {
  const ends = new Map<string, number>();
  const issued: string[] = [];
  return {
    issued,
    issue() {
      const token = `token-${issued.length + 1}`;
      issued.push(token);
      ends.set(token, now().getTime() + expiresIn * 1000);
      return { access_token: token, token_type: 'bearer', expires_in: expiresIn };
    },
    accepts(authorization = '') {
      const end = ends.get(authorization.replace(/^Bearer /, ''));
      return authorization.startsWith('Bearer ') && end !== undefined && now().getTime() < end;
    },
    revokeAll: () => ends.clear(),
  };
}
