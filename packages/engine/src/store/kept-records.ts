import type { ChangeFeed, ChangeKind } from './changes.ts';

/** All records of a kind in memory, by id, for those who cannot wait for the store. */
export interface KeptRecords<T> {
  /** As they were when `refresh` was last awaited, and with one's own changes since. */
  readonly records: Map<string, T>;
  /** Sees to it that what others have changed is seen from here on. Rejects when the store does not answer. */
  refresh(): Promise<void>;
  /** To be called after a change of one's own that `records` has got too. */
  changed(): void;
}

export async function keepRecords<T>(
  load: () => Promise<Map<string, T>>,
  changes: ChangeFeed,
  kind: ChangeKind,
): Promise<KeptRecords<T>> {
  let records = new Map<string, T>();
  /** Counts changes: a load that was under way during one is thrown away. */
  let generation = 0;
  let isFresh = false;
  let loading: Promise<void> | undefined;

  function changed(): void {
    generation++;
    isFresh = false;
    loading = undefined;
  }

  async function reload(): Promise<void> {
    const startedIn = generation;
    const loaded = await load();
    if (generation !== startedIn) return;
    records = loaded;
    isFresh = true;
  }

  async function refresh(): Promise<void> {
    while (!isFresh || !changes.isHeard()) {
      const startedIn = generation;
      const shared = loading ?? reload();
      loading = shared;
      try {
        await shared;
      } finally {
        if (loading === shared) loading = undefined;
      }
      if (generation === startedIn) return;
    }
  }

  changes.onChange(kind, changed);
  await refresh();
  return {
    get records() {
      return records;
    },
    refresh,
    changed,
  };
}
