import { randomUUID } from 'node:crypto';
import type { Store } from '@patchbay/engine/store';

/**
 * What this process is called in events and in its status. On a file, which one process has at a time, it stays the same;
 * of those that share a store each start has its own.
 */
export async function serverUuid({ isShared, meta }: Store): Promise<string> {
  return isShared ? randomUUID() : meta.setOnce('installation.uuid', randomUUID());
}
