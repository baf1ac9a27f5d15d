import { type Logger, messageOf } from '@patchbay/kit';
import { ServiceUnavailableError } from '../errors/index.ts';
import type { Ended } from './lane-health.ts';

/**
 * Writes down what attempts came to, many in one transaction. One write is under way at a time, and what comes meanwhile
 * waits for the next. A write that fails is repeated until the store takes it: what an attempt came to is not forgotten
 * while the process lives, and when it dies the attempt is made again.
 */
export interface Settler {
  add(ended: Ended): void;
  /** How many are not written yet. */
  waiting(): number;
  /** Resolves when all that was added is written. */
  flush(): Promise<void>;
}

export interface SettlerOptions {
  /** All of them, or none. */
  write(batch: readonly Ended[]): Promise<void>;
  log: Logger;
}

/**
 * The end of a write is one wait for the disk, whatever is in it: what comes to an end is gathered for this many times as
 * long as the last write took, within these bounds.
 */
const GATHER_TIMES = 3;
const GATHER_MS = { least: 3, most: 40 };
const WRITE_AT = 256;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;
const SET_ASIDE_MS = 30_000;

export function createSettler({ write, log }: SettlerOptions): Settler {
  let waiting: Ended[] = [];
  let inWrite = 0;
  /** Refused by a store that is there: each waits for its next try. */
  let setAside = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let gatherMs = GATHER_MS.least;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      inWrite = batch.length;
      await writeUntilWritten(batch);
      inWrite = 0;
    }
  }

  /** Until the store takes it. What it refuses though it is there is tried apart from the rest, which it would hold up. */
  async function writeUntilWritten(batch: readonly Ended[]): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const startedAt = performance.now();
      try {
        await write(batch);
        const tookMs = performance.now() - startedAt;
        gatherMs = Math.min(Math.max(GATHER_TIMES * tookMs, GATHER_MS.least), GATHER_MS.most);
        return;
      } catch (error) {
        log.error(`${batch.length} attempts could not be written down, trying again: ${messageOf(error)}`);
        if (!(error instanceof ServiceUnavailableError)) {
          for (const one of batch) await writeAlone(one);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async function writeAlone(one: Ended): Promise<void> {
    try {
      await write([one]);
    } catch (error) {
      log.error(`an attempt could not be written down, trying again later: ${messageOf(error)}`);
      setAside++;
      setTimeout(() => {
        setAside--;
        add(one);
      }, SET_ASIDE_MS).unref();
    }
  }

  function add(ended: Ended): void {
    waiting.push(ended);
    if (writing !== undefined) return;
    if (waiting.length >= WRITE_AT) void flush();
    else timer ??= setTimeout(() => void flush(), gatherMs);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  return {
    add,
    waiting: () => waiting.length + inWrite + setAside,
    flush,
  };
}
