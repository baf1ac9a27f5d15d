import { expect, it } from 'vitest';
import { boundedNames, OTHERS } from './bounded-names.ts';
import type { MetricDefinition } from './definitions.ts';
import { counter, histogram } from './tally.ts';

const definition = (labels: string[], buckets?: number[]): MetricDefinition => ({
  name: 'm',
  type: 'counter',
  help: 'h',
  of: 'process',
  labels,
  ...(buckets && { buckets }),
});

it('counts by the values of its labels', () => {
  const counted = counter(definition(['a', 'b']));
  counted.add(['x', 'y']);
  counted.add(['x', 'y'], 2);
  counted.add(['x', 'z']);
  expect(counted.samples()).toEqual([
    { labels: { a: 'x', b: 'y' }, value: 3 },
    { labels: { a: 'x', b: 'z' }, value: 1 },
  ]);
});

it('tells what has no labels and never happened as 0', () => {
  expect(counter(definition([])).samples()).toEqual([{ labels: {}, value: 0 }]);
});

it('counts a value in every bucket that it is not above', () => {
  const observed = histogram(definition(['a'], [1, 5]));
  for (const value of [0.5, 1, 3, 9]) observed.observe(['x'], value);
  const bucket = (le: number | string, value: number) => ({
    metricName: 'm_bucket',
    labels: { a: 'x', le },
    value,
  });
  expect(observed.samples()).toEqual([
    bucket(1, 2),
    bucket(5, 3),
    bucket('+Inf', 4),
    { metricName: 'm_sum', labels: { a: 'x' }, value: 13.5 },
    { metricName: 'm_count', labels: { a: 'x' }, value: 4 },
  ]);
});

it('gives so many names a series of their own, and all later ones one together', () => {
  const name = boundedNames(2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map(name)).toEqual(['a', 'b', OTHERS, 'a', OTHERS, 'b']);
});
