import { messageOf } from '../errors.ts';
import { HttpStatusError } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import type { TokenStore } from './token-store.ts';

/** After a 4xx, of a call that carried the token, the token goes: whatever was wrong, the next run asks for a new one. */
export async function forgetTokenAfter(
  error: unknown,
  { tokens, connector, log }: { tokens: TokenStore; connector: { id: string }; log: Logger },
): Promise<void> {
  const status = error instanceof HttpStatusError ? error.response.status : 0;
  if (status < 400 || status >= 500) return;
  try {
    await tokens.delete();
  } catch (failure) {
    log.warn(`Not able to delete connector token for connectorId: ${connector.id}: ${messageOf(failure)}`);
  }
}
