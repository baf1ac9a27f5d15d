import type { MetaStore } from '../../store/index.ts';

/** How far the export has come, and which process goes on with it. */
interface State {
  /** Up to this event all is in Elasticsearch. */
  sent: number;
  owner: string;
  /** From then on another process may take it. */
  until: string;
}

/** The export's place in the log: kept in the store, moved on by one process at a time. */
export interface ExportPlace {
  /** Takes it, or keeps it; undefined: another process has it. */
  take(): Promise<number | undefined>;
  /** False when another process has taken it meanwhile. */
  moveTo(sent: number): Promise<boolean>;
  /** Leaves it to whoever comes next. */
  release(): Promise<void>;
}

const NAME = 'event_export';

/** Longer than a request to Elasticsearch may take, so that two processes seldom send the same; if they do, it is dropped there. */
const LEASE_MS = 90_000;

export function exportPlace(store: Pick<MetaStore, 'change'>, owner: string, now: () => Date): ExportPlace {
  async function change(step: (mine: State) => State): Promise<State | undefined> {
    const at = now();
    const kept = await store.change(NAME, (text) => {
      const before = text === undefined ? undefined : (JSON.parse(text) as State);
      if (before !== undefined && before.owner !== owner && before.until > at.toISOString()) return undefined;
      const until = new Date(at.getTime() + LEASE_MS).toISOString();
      return JSON.stringify(step({ sent: before?.sent ?? 0, owner, until }));
    });
    const state = kept === undefined ? undefined : (JSON.parse(kept) as State);
    return state?.owner === owner ? state : undefined;
  }

  return {
    async take() {
      return (await change((mine) => mine))?.sent;
    },
    async moveTo(sent) {
      return (await change((mine) => ({ ...mine, sent: Math.max(sent, mine.sent) }))) !== undefined;
    },
    async release() {
      await change((mine) => ({ ...mine, until: now().toISOString() }));
    },
  };
}
