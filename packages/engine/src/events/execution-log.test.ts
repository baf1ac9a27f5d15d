import { afterEach, beforeEach, expect, it } from 'vitest';
import { type EventRecord, openSqliteStore, type Store } from '../store/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { eventEntry } from './event-log.ts';
import { type ExecutionLog, executionLog } from './execution-log.ts';
import { readKql } from './kql/index.ts';
import { searchEvents } from './search.ts';

const start = new Date('2026-01-05T10:00:00.000Z');
const at = (second: number) => new Date(start.getTime() + second * 1000);
const newest = [{ by: 'timestamp', order: 'desc' }] as const;

let folder: TempFolder;
let store: Store;
let log: ExecutionLog;

beforeEach(() => {
  folder = tempFolder();
  store = openSqliteStore(folder.file('patchbay.sqlite'));
  log = executionLog(
    searchEvents(store.events, () => start),
    store.events,
  );
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

/** The end of the run of that number, which began in that second and took as many milliseconds. */
function ended(n: number, facts: Partial<EventRecord> = {}): EventRecord {
  return {
    timestamp: at(n).toISOString(),
    action: 'execute',
    spaceId: 'default',
    connectorId: 'c1',
    typeId: '.webhook',
    executionUuid: `e${n}`,
    outcome: 'success',
    source: 'alert',
    durationMs: n,
    deliveryId: null,
    attempt: null,
    document: {
      event: { start: at(n).toISOString() },
      message: `run ${n}`,
      kibana: {
        action: { id: 'c1' },
        space_ids: ['default'],
        version: '9.4.0',
        task: { schedule_delay: 1_500_000_000 },
      },
    },
    ...facts,
  };
}

const append = (...events: EventRecord[]) => store.events.append(events.map(eventEntry));
const all = { spaceIds: ['default'], from: start, to: at(1e6) };
const page = { sort: newest, page: 1, perPage: 10 };

it('tells of a run that took too long', async () => {
  await append(
    ended(1, { outcome: 'failure' }),
    ended(1, { action: 'execute-timeout', outcome: null }),
    ended(2),
  );
  const { total, executions } = await log.find(all, page);
  expect(total).toBe(2);
  expect(executions.map(({ uuid, hasTimedOut }) => [uuid, hasTimedOut])).toEqual([
    ['e2', false],
    ['e1', true],
  ]);
  expect(executions[0]).toEqual({
    uuid: 'e2',
    startedAt: at(2).toISOString(),
    durationMs: 2,
    outcome: 'success',
    message: 'run 2',
    version: '9.4.0',
    source: 'alert',
    scheduleDelayMs: 1500,
    spaceIds: ['default'],
    connectorId: 'c1',
    connectorName: '',
    hasTimedOut: false,
  });
});

it('takes the last moment too', async () => {
  await append(ended(1), ended(2), ended(3));
  const { executions } = await log.find({ ...all, from: at(2), to: at(3) }, page);
  expect(executions.map(({ uuid }) => uuid)).toEqual(['e3', 'e2']);
});

it('counts all, and pages through the newest thousand', async () => {
  await append(...Array.from({ length: 1250 }, (_, n) => ended(n)));
  for (const kql of [undefined, readKql('message: run')]) {
    const query = { ...all, kql };
    const { total, executions } = await log.find(query, { ...page, page: 100 });
    expect(total).toBe(1250);
    expect(executions.map(({ uuid }) => uuid).at(-1)).toBe('e250');
    expect((await log.find(query, { ...page, page: 101 })).executions).toEqual([]);
    const oldest = await log.find(query, { ...page, sort: [{ by: 'execution_duration', order: 'asc' }] });
    expect(oldest.executions[0]?.uuid).toBe('e250');
  }
});

it('sorts by one after the other', async () => {
  await append(ended(1, { durationMs: 7 }), ended(2, { durationMs: 7 }), ended(3, { durationMs: 9 }));
  const sort = [
    { by: 'execution_duration', order: 'desc' },
    { by: 'timestamp', order: 'asc' },
  ] as const;
  const { executions } = await log.find(all, { ...page, sort });
  expect(executions.map(({ uuid }) => uuid)).toEqual(['e3', 'e1', 'e2']);
});

it('counts how the newest ten thousand ended', async () => {
  const outcomes = ['failure', 'warning', null, 'success'];
  for (let n = 0; n < 10_400; n += 800)
    await append(
      ...Array.from({ length: 800 }, (_, k) =>
        ended(n + k, { outcome: outcomes[n + k < 400 ? 0 : (n + k) % 4] ?? null }),
      ),
    );
  expect(await log.kpi(all)).toEqual({ success: 2500, unknown: 2500, failure: 2500, warning: 2500 });
  expect(await log.kpi({ ...all, kql: readKql('message: run') })).toEqual({
    success: 2500,
    unknown: 2500,
    failure: 2500,
    warning: 2500,
  });
  expect(await log.kpi({ ...all, spaceIds: ['other'] })).toEqual({
    success: 0,
    unknown: 0,
    failure: 0,
    warning: 0,
  });
});
