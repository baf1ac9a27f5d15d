import { LRUCache } from 'lru-cache';

const MAX_ENTRIES = 10_000;

/**
 * What is loaded of connectors, by space and id, so that a run asks the store only when a connector changed. A load that was
 * under way when the connector changed is not kept.
 */
export interface ConnectorCache<T> {
  get(spaceId: string, id: string, load: () => Promise<T | undefined>): Promise<T | undefined>;
  forget(spaceId: string, id: string): void;
  forgetSpace(spaceId: string): void;
}

export function createConnectorCache<T extends object>(): ConnectorCache<T> {
  const records = new LRUCache<string, T>({ max: MAX_ENTRIES });
  let changes = 0;
  const key = (spaceId: string, id: string) => `${spaceId}/${id}`;
  return {
    async get(spaceId, id, load) {
      const known = records.get(key(spaceId, id));
      if (known !== undefined) return known;
      const changesBefore = changes;
      const record = await load();
      if (record !== undefined && changes === changesBefore) records.set(key(spaceId, id), record);
      return record;
    },
    forget(spaceId, id) {
      changes++;
      records.delete(key(spaceId, id));
    },
    forgetSpace(spaceId) {
      changes++;
      for (const name of records.keys()) if (name.startsWith(`${spaceId}/`)) records.delete(name);
    },
  };
}
