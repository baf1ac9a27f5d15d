import { type RawBuilder, sql } from 'kysely';
import type { DueLane, Inserted, NewDeliveryRecord } from '../delivery-port.ts';
import type { Database } from '../sql/index.ts';
import { type DeliveryRow, deliveryRecord, type HotDeliveries, type OrderQueue } from '../sql/index.ts';
import { textArray } from './text-array.ts';

/** As many rows of `delivery_queue` as the migration makes. */
const SHARDS = 16;

/**
 * This process counts what comes in in one row, and what ends in another: fewer wait for each other, and none for one who
 * waits for it. The row of a count is locked until its transaction ends: who enqueues does not wait for settlements. Rows of
 * the two halves are for the one or the other in every process, and a settlement takes them in this order: first what has
 * ended, then what follows from it.
 */
const shards = {
  ended: Math.floor((Math.random() * SHARDS) / 2),
  entered: Math.floor(((1 + Math.random()) * SHARDS) / 2),
};

/** One statement a batch, with one array a column. */
export const hotDeliveries: HotDeliveries = {
  async insert(db, records, maxPending) {
    if (records.length === 0) return [];
    const known = await byIdempotencyKey(db, records);
    const taken = await queuesInUse(db, records);
    let room = maxPending === Number.MAX_SAFE_INTEGER ? maxPending : maxPending - (await countPending(db));
    const fresh: (NewDeliveryRecord & { state: 'ready' | 'blocked' })[] = [];
    const inserted = records.map((record): Inserted => {
      const { id, orderKey, idempotencyKey } = record;
      const key = idempotencyKey === null ? undefined : keyOf(record.spaceId, idempotencyKey);
      const earlier = key === undefined ? undefined : known.get(key);
      if (earlier !== undefined) return { outcome: 'duplicate', ...earlier };
      if (room <= 0) return { outcome: 'full' };
      room--;
      const queue = orderKey === null ? undefined : keyOf(record.spaceId, record.connectorId, orderKey);
      const state = queue !== undefined && taken.has(queue) ? 'blocked' : 'ready';
      if (queue !== undefined) taken.add(queue);
      if (key !== undefined) known.set(key, { id, state });
      fresh.push({ ...record, state });
      return { outcome: 'queued', id, state };
    });
    if (fresh.length === 0) return inserted;
    await insertRows(db, fresh);
    return inserted;
  },

  async claim(db, connectorId, worker, limit, now, acceptedBefore) {
    const { rows } = await sql<DeliveryRow & { secrets: string | null }>`
      with due as (
        select seq from deliveries where connector_id = ${connectorId} and state = 'ready' and due_at <= ${now}
          ${acceptedBefore === undefined ? sql`` : sql`and greatest(round_at, run_at) <= ${acceptedBefore}`}
        order by due_at, seq limit ${limit} for update skip locked
      ), claimed as (
        update deliveries set state = 'running', worker = ${worker}, started_at = ${now}, updated_at = ${now},
          attempt = attempt + 1
        from due where deliveries.seq = due.seq
        returning deliveries.*
      )
      select claimed.*, delivery_params.secrets
      from claimed left join delivery_params on delivery_params.id = claimed.id`.execute(db);
    return rows.map((row) => Object.assign(deliveryRecord(row), { params: row.secrets }));
  },

  async settle(db, settlements) {
    if (settlements.length === 0) return [];
    const { rows } = await sql<{ seq: number }>`
      update deliveries set
        state = settled.state, due_at = settled.due_at, attempts = settled.attempts,
        uncounted = deliveries.uncounted + settled.uncounted, reason = settled.reason,
        ended_at = case settled.state when 'ready' then null else settled.at end,
        updated_at = settled.at, worker = null, started_at = null
      from unnest(
        ${numbers(
          settlements.map(({ claimed }) => claimed.seq),
          'bigint',
        )},
        ${texts(settlements.map(({ claimed }) => claimed.worker))},
        ${numbers(
          settlements.map(({ claimed }) => claimed.attempt),
          'integer',
        )},
        ${texts(settlements.map(({ state }) => state))},
        ${texts(settlements.map(({ dueAt }) => dueAt))},
        ${texts(settlements.map(({ claimed, attempt }) => JSON.stringify([...claimed.attempts, attempt])))},
        ${numbers(
          settlements.map(({ isUncounted }) => Number(isUncounted)),
          'integer',
        )},
        ${texts(settlements.map(({ reason }) => reason))},
        ${texts(settlements.map(({ at }) => at))}
      ) as settled (seq, worker, attempt, state, due_at, attempts, uncounted, reason, at)
      where deliveries.seq = settled.seq and deliveries.state = 'running'
        and deliveries.worker = settled.worker and deliveries.attempt = settled.attempt
      returning deliveries.seq`.execute(db);
    const changed = new Set(rows.map(({ seq }) => Number(seq)));
    return settlements.filter(({ claimed }) => changed.has(claimed.seq));
  },

  async addPending(db, count) {
    const shard = count < 0 ? shards.ended : shards.entered;
    await sql`update delivery_queue set pending = pending + ${count} where shard = ${shard}`.execute(db);
  },

  async releaseNext(db, queues, at) {
    if (queues.length === 0) return [];
    const { rows } = await sql<{ connector_id: string; due_at: string }>`
      update deliveries set state = 'ready', updated_at = ${at}
      from ${ofQueues(queues)}
      cross join lateral (
        select seq from deliveries where space_id = queues.space_id and connector_id = queues.connector_id
          and order_key = queues.order_key and state = 'blocked'
        order by seq limit 1
      ) as next
      where deliveries.seq = next.seq
      returning deliveries.connector_id, deliveries.due_at`.execute(db);
    return rows.map((row): DueLane => ({ connectorId: row.connector_id, dueAt: row.due_at }));
  },
};

/** The deliveries, their params and how many they are: one question, since somebody waits for the answer. */
async function insertRows(
  db: Database,
  records: readonly (NewDeliveryRecord & { state: string })[],
): Promise<void> {
  const column = (value: (record: NewDeliveryRecord & { state: string }) => string | null) =>
    texts(records.map(value));
  await sql`
    with new as (
      select * from unnest(
        ${column(({ id }) => id)}, ${column(({ spaceId }) => spaceId)}, ${column(({ connectorId }) => connectorId)},
        ${column(({ typeId }) => typeId)}, ${column(({ state }) => state)}, ${column(({ orderKey }) => orderKey)},
        ${column(({ idempotencyKey }) => idempotencyKey)}, ${column(({ source }) => JSON.stringify(source))},
        ${column(({ origin }) => origin && JSON.stringify(origin))},
        ${column(({ trace = null }) => trace && JSON.stringify(trace))}, ${column(({ runAt }) => runAt)},
        ${column(({ createdAt }) => createdAt)}, ${column(({ params }) => params)}
      ) with ordinality as new (id, space_id, connector_id, type_id, state, order_key, idempotency_key, source, origin, trace,
        run_at, created_at, secrets, position)
    ), inserted as (
      insert into deliveries (id, space_id, connector_id, type_id, state, order_key, idempotency_key, source, origin,
        trace, run_at, due_at, attempt, uncounted, round_at, attempts, created_at, updated_at)
      select id, space_id, connector_id, type_id, state, order_key, idempotency_key, source, origin, trace,
        run_at, run_at, 0, 0, created_at, '[]', created_at, created_at
      from new order by position
    ), sealed as (
      insert into delivery_params (id, secrets) select id, secrets from new
    )
    update delivery_queue set pending = pending + ${records.length} where shard = ${shards.entered}`.execute(
    db,
  );
}

async function countPending(db: Database): Promise<number> {
  const { rows } = await sql<{ pending: number }>`
    select coalesce(sum(pending), 0)::bigint as pending from delivery_queue`.execute(db);
  return Number(rows[0]?.pending ?? 0);
}

/** What was enqueued before under the keys of these. */
async function byIdempotencyKey(db: Database, records: readonly NewDeliveryRecord[]) {
  const known = new Map<string, { id: string; state: DeliveryRowState }>();
  const keyed = records.filter(({ idempotencyKey }) => idempotencyKey !== null);
  if (keyed.length === 0) return known;
  const { rows } = await sql<{
    id: string;
    state: DeliveryRowState;
    space_id: string;
    idempotency_key: string;
  }>`
    select id, state, space_id, idempotency_key from deliveries
    where (space_id, idempotency_key) in (select * from unnest(
      ${texts(keyed.map(({ spaceId }) => spaceId))},
      ${texts(keyed.map(({ idempotencyKey }) => idempotencyKey))}))`.execute(db);
  for (const { id, state, space_id, idempotency_key } of rows) {
    known.set(keyOf(space_id, idempotency_key), { id, state });
  }
  return known;
}

type DeliveryRowState = Extract<Inserted, { outcome: 'duplicate' }>['state'];

/** The queues in which one waits or runs. */
async function queuesInUse(db: Database, records: readonly NewDeliveryRecord[]): Promise<Set<string>> {
  const queues = records.flatMap(({ spaceId, connectorId, orderKey }) =>
    orderKey === null ? [] : [{ spaceId, connectorId, orderKey }],
  );
  if (queues.length === 0) return new Set();
  const { rows } = await sql<{ space_id: string; connector_id: string; order_key: string }>`
    select * from ${ofQueues(queues)}
    where exists (select from deliveries where space_id = queues.space_id and connector_id = queues.connector_id
      and order_key = queues.order_key and state in ('blocked', 'ready', 'running'))`.execute(db);
  return new Set(rows.map((row) => keyOf(row.space_id, row.connector_id, row.order_key)));
}

function ofQueues(queues: readonly OrderQueue[]): RawBuilder<unknown> {
  return sql`(select distinct * from unnest(
    ${texts(queues.map(({ spaceId }) => spaceId))},
    ${texts(queues.map(({ connectorId }) => connectorId))},
    ${texts(queues.map(({ orderKey }) => orderKey))}
  ) as queue (space_id, connector_id, order_key)) as queues`;
}

function keyOf(...parts: string[]): string {
  return JSON.stringify(parts);
}

function texts(values: readonly (string | null)[]): RawBuilder<unknown> {
  return sql`${textArray(values)}::text[]`;
}

function numbers(values: readonly number[], type: 'integer' | 'bigint'): RawBuilder<unknown> {
  return sql`${values}::${sql.raw(type)}[]`;
}
