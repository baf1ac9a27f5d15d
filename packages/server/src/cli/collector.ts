import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's collector, told when to begin. */
export interface Collector {
  /** Everything, down to compiled code; shrinks the young generation. It takes 60 to 150 ms, on turns of its own. */
  lastResort(): Promise<void>;
  /** What is new, at once: well under a millisecond where little of it lives. */
  young(): void;
}

export function createCollector(): Collector {
  let known: NodeJS.GCFunction | undefined;
  const collect = () => {
    known ??= exposed();
    return known;
  };
  return {
    lastResort: () => collect()({ type: 'major', flavor: 'last-resort', execution: 'async' }),
    young: () => collect()({ type: 'minor' }),
  };
}

/** V8's `gc`, which only a flag gives. The compile cache is kept by flags: they are to be at an end as they were at a start. */
function exposed(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return collect;
}
