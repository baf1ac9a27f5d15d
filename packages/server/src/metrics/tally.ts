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

/** Of values that no label has: they come from lists of ours, ids and host names. */
const BETWEEN = '\n';

export function counter({ labels }: MetricDefinition): Counter {
  const cells = new Map<string, Cell>();
  // Without labels there is one, and it is there from the start: what never happened is told as 0.
  if (labels.length === 0) cells.set('', { values: [], count: 0 });
  return {
    add(values, by = 1) {
      const key = values.join(BETWEEN);
      const cell = cells.get(key);
      if (cell === undefined) cells.set(key, { values, count: by });
      else cell.count += by;
    },
    samples: () =>
      [...cells.values()].map(({ values, count }) => ({ labels: labelled(labels, values), value: count })),
  };
}

export function histogram({ name, labels, buckets = [] }: MetricDefinition): Histogram {
  const cells = new Map<string, Distribution>();
  const fresh = (values: readonly string[]): Distribution => ({
    values,
    count: 0,
    sum: 0,
    counts: Array.from({ length: buckets.length + 1 }, () => 0),
  });
  if (labels.length === 0) cells.set('', fresh([]));

  function place(value: number): number {
    let index = 0;
    while (index < buckets.length && value > (buckets[index] as number)) index++;
    return index;
  }

  return {
    observe(values, value) {
      const key = values.join(BETWEEN);
      let cell = cells.get(key);
      if (cell === undefined) {
        cell = fresh(values);
        cells.set(key, cell);
      }
      const index = place(value);
      cell.count++;
      cell.sum += value;
      cell.counts[index] = (cell.counts[index] ?? 0) + 1;
    },
    samples: () =>
      [...cells.values()].flatMap(({ values, count, sum, counts }) => {
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

function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
