import type { ActionContext } from '../action-context.ts';
import { messageOf, RunError } from '../errors.ts';
import { expiryOf, grantedToken, type StoredToken } from '../oauth/index.ts';
import { ServiceError } from './service-call.ts';

/** A token that is kept as the service gave it, without its type before it. */
export interface BareToken {
  /** Of the service, in the text of an error. */
  name: string;
  /** Sends a token request; gives the body of its answer. */
  request(): Promise<unknown>;
}

/** Makes a call with a token; one that is answered with 401 is made once more, with another token. */
export type TokenCalls = <Answer>(call: (token: string) => Promise<Answer>) => Promise<Answer>;

/** A token that has just ended is tried: its end is counted from before it was made. */
const USED_AFTER_END_MS = 5000;

/**
 * The calls of one run. The connector's stored token is used until it ends; then, or when the service rejects it, one
 * run asks for another, however many want it. A run has a rejected token replaced once: what the service says of the
 * other one is final.
 */
export function bareTokenCalls(
  { name, request }: BareToken,
  { tokens, connector, log, now }: Pick<ActionContext, 'tokens' | 'connector' | 'log' | 'now'>,
): TokenCalls {
  let held: StoredToken | undefined;
  let replacement: Promise<string> | undefined;

  const isUsable = (token: StoredToken | undefined, rejected?: string): token is StoredToken =>
    token !== undefined && token.token !== rejected && !hasEnded(token, now());

  async function obtain(rejected?: string): Promise<string> {
    for (;;) {
      let isOwn = false;
      const token = await tokens.shared(async () => {
        isOwn = true;
        const stored = await tokens.get();
        held = isUsable(stored, rejected) ? stored : await renew();
        return held.token;
      });
      // Another run may have been answered with the very token that was rejected here.
      if (token !== undefined && (isOwn || token !== rejected)) return token;
    }
  }

  async function renew(): Promise<StoredToken> {
    const requestedAt = now();
    const granted = grantedToken(await request());
    if (granted === undefined) throw new RunError(`Access token for ${name} not available!`);
    const token = { token: granted.accessToken, expiresAt: expiryOf(granted, requestedAt) };
    try {
      await tokens.updateOrReplace(token);
    } catch (error) {
      log.warn(
        `Not able to update connector token for connectorId: ${connector.id} due to error: ${messageOf(error)}`,
      );
      return token;
    }
    const kept = await tokens.get();
    if (kept === undefined) {
      throw new RunError('Failed to retrieve cached [access_token] after it was updated.');
    }
    return kept;
  }

  return async (call) => {
    const isReplaced = replacement !== undefined;
    const token = await (replacement ?? (isUsable(held) ? held.token : obtain()));
    try {
      return await call(token);
    } catch (error) {
      if (isReplaced || !(error instanceof ServiceError) || error.response?.status !== 401) throw error;
      replacement ??= obtain(token);
      return call(await replacement);
    }
  };
}

function hasEnded({ expiresAt }: StoredToken, now: Date): boolean {
  return expiresAt !== undefined && expiresAt.getTime() < now.getTime() - USED_AFTER_END_MS;
}
