import { LRUCache } from 'lru-cache';
import type { ChangeFeed } from '../store/index.ts';

const MAX_ENTRIES = 10_000;

/**
 * What is loaded of connectors, so that a run asks the store only when a connector changed, here or in another process. A
 * load that was under way when the connector changed is not kept.
 */
export interface ConnectorCache<T> {
  /** What is loaded already. */
  known(spaceId: string, id: string): T | undefined;
  get(spaceId: string, id: string, load: () => Promise<T | undefined>): Promise<T | undefined>;
  /** An id is one connector's, over all spaces. */
  forget(id: string): void;
  forgetSpace(spaceId: string): void;
}

interface Entry<T> {
  spaceId: string;
  loaded: T;
}

export function createConnectorCache<T extends object>(changes: ChangeFeed): ConnectorCache<T> {
  const entries = new LRUCache<string, Entry<T>>({ max: MAX_ENTRIES });
  let forgotten = 0;
  const forget = (id: string) => {
    forgotten++;
    entries.delete(id);
  };
  changes.onChange('connectors', (id) => {
    if (id !== undefined) return forget(id);
    forgotten++;
    entries.clear();
  });
  function known(spaceId: string, id: string): T | undefined {
    if (!changes.isHeard()) return undefined;
    const entry = entries.get(id);
    return entry?.spaceId === spaceId ? entry.loaded : undefined;
  }
  return {
    known,
    async get(spaceId, id, load) {
      if (!changes.isHeard()) return load();
      const found = known(spaceId, id);
      if (found !== undefined) return found;
      const forgottenBefore = forgotten;
      const loaded = await load();
      if (loaded !== undefined && forgotten === forgottenBefore) entries.set(id, { spaceId, loaded });
      return loaded;
    },
    forget,
    forgetSpace(spaceId) {
      forgotten++;
      for (const [id, entry] of entries.entries()) if (entry.spaceId === spaceId) entries.delete(id);
    },
  };
}
