import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Facts of the reference. */
const MAX_ENTRIES = 100;
const KEPT_MS = 15 * 60_000;

export interface Tool {
  name: string;
  description?: string;
  inputSchema: unknown;
}

/** The tools of servers, as they were told last. One for all connectors of the process. */
export interface ToolCache {
  get(key: string, now: Date): readonly Tool[] | undefined;
  set(key: string, tools: readonly Tool[], now: Date): void;
}

export function toolCache(): ToolCache {
  const entries = new LRUCache<string, { tools: readonly Tool[]; until: number }>({ max: MAX_ENTRIES });
  return {
    get(key, now) {
      const entry = entries.get(key);
      return entry !== undefined && now.getTime() < entry.until ? entry.tools : undefined;
    },
    set(key, tools, now) {
      entries.set(key, { tools, until: now.getTime() + KEPT_MS });
    },
  };
}

/** Of a connector as long as nothing that decides what it is shown is changed. Secrets are in it as a hash. */
export function cacheKey(
  connector: { id: string; spaceId: string },
  connection: Readonly<Record<string, unknown>>,
): string {
  const hash = createHash('sha256').update(JSON.stringify(connection)).digest('hex');
  return `${connector.spaceId}:${connector.id}:${hash}`;
}
