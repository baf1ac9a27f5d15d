import { expect, it } from 'vitest';
import { followEvents } from './follow.ts';
import type { ShownEvent } from './shown.ts';

const start = Date.parse('2026-01-05T10:00:00.000Z');
const at = (second: number) => new Date(start + second * 1000).toISOString();

function event(id: string, second: number): ShownEvent {
  return {
    id,
    '@timestamp': at(second),
    event: { action: 'execute' },
    message: 'm',
    kibana: { action: { id: 'c1' } },
  };
}

/** What is told of a log that has these events when it is looked at for the first time, the second time and so on. */
async function told(from: string, ...looks: ShownEvent[][]): Promise<{ ids: string[]; asked: string[] }> {
  const stop = new AbortController();
  const ids: string[] = [];
  const asked: string[] = [];
  let look = 0;
  await followEvents({
    async ask({ from, cursor }) {
      if (cursor === undefined) asked.push(from);
      const there = (looks[look] ?? []).filter((one) => from.startsWith('now') || one['@timestamp'] >= from);
      // Pages of two.
      const begin = Number(cursor ?? 0);
      const isMore = there.length > begin + 2;
      if (!isMore && ++look === looks.length) stop.abort();
      return { cursor: isMore ? String(begin + 2) : null, data: there.slice(begin, begin + 2) };
    },
    onEvent: ({ id }) => ids.push(id),
    from,
    signal: stop.signal,
    everyMs: 1,
  });
  return { ids, asked };
}

it('tells of what is there and of what comes, each once, also of what is written late', async () => {
  const [a, b, c] = [event('a', 0), event('b', 1), event('c', 2)];
  const late = event('late', -30);
  const { ids } = await told(at(-60), [a, b, c], [a, b, c], [late, a, b, c, event('d', 3)]);
  expect(ids).toEqual(['a', 'b', 'c', 'late', 'd']);
});

it('looks back a minute, and never before what it was asked for', async () => {
  const { asked } = await told(at(0), [event('a', 10)], [event('b', 200)], []);
  expect(asked).toEqual([at(0), at(0), at(140)]);
  expect((await told('now-1h', [event('a', 100)], [])).asked).toEqual(['now-1h', at(40)]);
});
