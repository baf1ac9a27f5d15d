import { expect, it } from 'vitest';
import type { ChangeFeed } from './changes.ts';
import { keepRecords } from './kept-records.ts';

/** A feed that a test turns. */
function feed() {
  const listeners: (() => void)[] = [];
  const state = { isHeard: true };
  const changes: ChangeFeed = {
    isHeard: () => state.isHeard,
    onChange: (_kind, changed) => void listeners.push(() => changed(undefined)),
  };
  return {
    state,
    changes,
    tell() {
      for (const changed of listeners) changed();
    },
  };
}

const loader = () => {
  const counted = { loads: 0, load: async () => new Map([['n', ++counted.loads]]) };
  return counted;
};

it('loads once, and again when a change is heard of', async () => {
  const [{ changes, tell }, counted] = [feed(), loader()];
  const kept = await keepRecords(counted.load, changes, 'spaces');
  await kept.refresh();
  await kept.refresh();
  expect(kept.records.get('n')).toBe(1);
  tell();
  expect(kept.records.get('n')).toBe(1);
  await Promise.all([kept.refresh(), kept.refresh()]);
  expect(kept.records.get('n')).toBe(2);
});

it('loads for everybody who asks while changes are not heard', async () => {
  const [turned, counted] = [feed(), loader()];
  const kept = await keepRecords(counted.load, turned.changes, 'spaces');
  turned.state.isHeard = false;
  await kept.refresh();
  await kept.refresh();
  expect(kept.records.get('n')).toBe(3);
});

it('does not take what was loaded while something changed', async () => {
  const { changes, tell } = feed();
  const loads = [Promise.withResolvers<Map<string, string>>(), Promise.withResolvers<Map<string, string>>()];
  let begun = 0;
  const keeping = keepRecords(() => loads[begun++]?.promise ?? Promise.reject(), changes, 'spaces');
  tell();
  loads[0]?.resolve(new Map([['a', 'before']]));
  loads[1]?.resolve(new Map([['a', 'after']]));
  expect((await keeping).records.get('a')).toBe('after');
});

it('passes on that the store does not answer, and asks again', async () => {
  const { changes, tell } = feed();
  let isUp = true;
  const load = async () => {
    if (!isUp) throw new Error('down');
    return new Map([['a', 1]]);
  };
  const kept = await keepRecords(load, changes, 'spaces');
  isUp = false;
  tell();
  await expect(kept.refresh()).rejects.toThrow('down');
  isUp = true;
  await kept.refresh();
  expect(kept.records.get('a')).toBe(1);
});
