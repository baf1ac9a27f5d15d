import { messageOf } from '../errors.ts';
import type { HttpClient } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import type { GrantedToken } from './token-request.ts';
import type { StoredToken, TokenStore } from './token-store.ts';

export interface TokenContext {
  http: HttpClient;
  log: Logger;
  now(): Date;
  /** Whose token it is, and where it is kept. Left out: every call asks for one, and nothing is kept. */
  connector?: { id: string };
  tokens?: TokenStore;
}

/** As the reference assumes where the service does not say. */
const DEFAULT_EXPIRES_IN_S = 3600;

/** Near its end, a token is renewed while it still holds: no run then waits, or fails, because it has just expired. */
const RENEW_BEFORE_MS = 30_000;
/** Of a token that lives for a short time only, the last tenth. */
const RENEW_BEFORE_SHARE = 0.1;

export function holds({ expiresAt }: StoredToken, now: Date): boolean {
  return expiresAt === undefined || expiresAt > now;
}

/** Whether a token that holds is to be renewed already. */
export function isNearEnd({ expiresAt, storedAt }: StoredToken, now: Date): boolean {
  if (expiresAt === undefined || storedAt === undefined) return false;
  const lifetime = expiresAt.getTime() - storedAt.getTime();
  const margin = Math.min(RENEW_BEFORE_MS, lifetime * RENEW_BEFORE_SHARE);
  return expiresAt.getTime() - now.getTime() <= margin;
}

/** The stored token while it holds, else the one that `request` gives, which is stored. */
export function heldToken(
  context: TokenContext,
  request: () => Promise<GrantedToken | undefined>,
  tokenType?: string,
): Promise<string | undefined> {
  const { tokens, now, log } = context;
  if (tokens === undefined) return renew(context, request, tokenType);
  return tokens.shared(async () => {
    const stored = await tokens.get();
    if (stored === undefined || !holds(stored, now())) return renew(context, request, tokenType);
    if (!isNearEnd(stored, now())) return stored.token;
    try {
      return (await renew(context, request, tokenType)) ?? stored.token;
    } catch (error) {
      // What still holds is used; when it no longer does, this failure is the run's.
      log.debug(`the token could not be renewed before it expires: ${messageOf(error)}`);
      return stored.token;
    }
  });
}

async function renew(
  { connector, tokens, log, now }: TokenContext,
  request: () => Promise<GrantedToken | undefined>,
  tokenType: string | undefined,
): Promise<string | undefined> {
  const requestedAt = now();
  const granted = await request();
  if (granted === undefined) return undefined;
  const token = headerOf(granted, tokenType);
  const expiresAt = expiryOf(granted, requestedAt);
  try {
    await tokens?.updateOrReplace({ token, expiresAt });
  } catch (error) {
    log.warn(
      `Not able to update connector token for connectorId: ${connector?.id} due to error: ${messageOf(error)}`,
    );
  }
  return token;
}

/** A token without a type is a bearer token, as all but a few are. */
export function headerOf({ tokenType, accessToken }: GrantedToken, override?: string): string {
  return `${override ?? tokenType ?? 'Bearer'} ${accessToken}`;
}

/** The end of a token, counted from its request. */
export function expiryOf({ expiresIn }: Pick<GrantedToken, 'expiresIn'>, requestedAt: Date): Date {
  return after(requestedAt, expiresIn ?? DEFAULT_EXPIRES_IN_S);
}

export function after(start: Date, seconds: number): Date {
  return new Date(start.getTime() + seconds * 1000);
}
