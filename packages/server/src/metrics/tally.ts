import type { MetricDefinition } from './definitions.ts';

/** One line of the answer. */
export interface Sample {
  /** Left out: the metric's own. */
  metricName?: string;
  labels: Record<string, string | number>;
  value: number;
}

export interface Tally {
  samples(): Sample[];
}

/** Counted in plain numbers: a run adds to a handful of them, whether or not anybody ever asks. */
export interface Counter extends Tally {
  /** Values of its labels, in the order of the definition. */
  add(values: readonly string[], by?: number): void;
}

export interface Histogram extends Tally {
  observe(values: readonly string[], value: number): void;
}

interface Cell {
  values: readonly string[];
  count: number;
}

interface Distribution extends Cell {
  sum: number;
  /** By the first bound that the value is not above; the last is above all. */
  counts: number[];
}

export function counter({ labels }: MetricDefinition): Counter {
  const cells = cellsBy<Cell>(labels, (values) => ({ values, count: 0 }));
  return {
    add(values, by = 1) {
      cells.at(values).count += by;
    },
    samples: () => cells.all.map(({ values, count }) => ({ labels: labelled(labels, values), value: count })),
  };
}

export function histogram({ name, labels, buckets = [] }: MetricDefinition): Histogram {
  const cells = cellsBy<Distribution>(labels, (values) => ({
    values,
    count: 0,
    sum: 0,
    counts: Array.from({ length: buckets.length + 1 }, () => 0),
  }));

  function place(value: number): number {
    let index = 0;
    while (index < buckets.length && value > (buckets[index] as number)) index++;
    return index;
  }

  return {
    observe(values, value) {
      const cell = cells.at(values);
      const index = place(value);
      cell.count++;
      cell.sum += value;
      cell.counts[index] = (cell.counts[index] ?? 0) + 1;
    },
    samples: () =>
      cells.all.flatMap(({ values, count, sum, counts }) => {
        const own = labelled(labels, values);
        let below = 0;
        return [
          ...[...buckets, '+Inf'].map((le, index) => {
            below += counts[index] ?? 0;
            return { metricName: `${name}_bucket`, labels: { ...own, le }, value: below };
          }),
          { metricName: `${name}_sum`, labels: own, value: sum },
          { metricName: `${name}_count`, labels: own, value: count },
        ];
      }),
  };
}

interface Level<C> {
  next: Map<string, Level<C>>;
  cell: C | undefined;
}

/** A map for each label: values are looked up as they are, and no key is put together for each time. */
function cellsBy<C>(labels: readonly string[], fresh: (values: readonly string[]) => C) {
  const root: Level<C> = { next: new Map(), cell: undefined };
  const all: C[] = [];
  function at(values: readonly string[]): C {
    let level = root;
    for (const value of values) {
      let below = level.next.get(value);
      if (below === undefined) {
        below = { next: new Map(), cell: undefined };
        level.next.set(value, below);
      }
      level = below;
    }
    if (level.cell === undefined) {
      level.cell = fresh(values);
      all.push(level.cell);
    }
    return level.cell;
  }
  // Without labels there is one, and it is there from the start: what never happened is told as 0.
  if (labels.length === 0) at([]);
  return { at, all };
}

function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
